/*
 * make-cog FOLDER [COUNT]: writes COUNT (4) cloud-optimised GeoTIFFs, 00.tif
 * and so on, and manifest.json into FOLDER. Each has 2048 x 2048 uint16 pixels
 * of fractal noise that compress about as reflectances do; the pixels depend
 * on the file's number alone. A program of its own, so that the benchmark does
 * not load GDAL.
 *
 * Every file is read back and compared with what went in, pixel by pixel,
 * before it gets its name. The manifest comes last: where it is, all is.
 * Exit status 0, or 1 after one sentence on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* GDAL's headers test macros that only other compilers define. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <ogr_srs_api.h>
#pragma GCC diagnostic pop

#include "base/hash.h"
#include "base/standard.h"

#define SIDE 2048
#define PIXELS ((size_t)SIDE * SIDE)
#define COUNT_MAX 100
#define EPSG 32610 /* UTM zone 10 north */
#define PATH_BYTES 4096

struct made {
	uint64_t size; /* bytes */
	uint32_t crc32;
};

static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "make-cog: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

/* GDAL's last message on one line. */
static const char *gdal_text(void)
{
	static char text[512];
	size_t n;

	snprintf(text, sizeof(text), "%s", CPLGetLastErrorMsg());
	n = strlen(text);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	return n ? text : "GDAL does not say why";
}

/*
 * The pixels. Whole numbers only, so that they are the same on every machine:
 * floating point may be contracted on some.
 */

/* A random number from 0 to 65535 at a node of an octave's lattice. */
static int64_t node(uint64_t seed, int x, int y)
{
	return (int64_t)(hash_pair(seed, (uint64_t)y << 32 | (uint32_t)x) >>
			 48);
}

/* 3t^2 - 2t^3 in 16-bit fixed point: no creases at the lattice's lines. */
static int64_t smooth(int64_t t)
{
	return (t * t >> 16) * (3 * 65536 - 2 * t) >> 16;
}

static int64_t between(int64_t a, int64_t b, int64_t t)
{
	return a + ((b - a) * t >> 16);
}

/* Adds one octave of noise, `step` (a power of two) pixels from node to node,
 * its values from 0 to `height`. */
static void add_octave(int64_t *field, uint64_t seed, int step, int64_t height)
{
	for (int y = 0; y < SIDE; y++) {
		int row = y / step;
		int64_t ty = smooth((int64_t)(y % step) * 65536 / step);

		for (int x = 0; x < SIDE; x += step) {
			int col = x / step;
			int64_t left = between(node(seed, col, row),
					       node(seed, col, row + 1), ty);
			int64_t right = between(node(seed, col + 1, row),
						node(seed, col + 1, row + 1),
						ty);

			for (int i = 0; i < step; i++) {
				int64_t t = smooth((int64_t)i * 65536 / step);

				field[(size_t)y * SIDE + (size_t)(x + i)] +=
					between(left, right, t) * height >> 16;
			}
		}
	}
}

/* Reflectances x 10,000 as of land in red light: 200 to about 5,000. The grain
 * of the sensor makes tiles as hard to compress as Sentinel-2's. */
static void fill_pixels(uint16_t *pixels, int64_t *field, unsigned number)
{
	uint64_t seed = hash_pair(0x636f67ULL, number);
	int64_t height = 2048;

	memset(field, 0, PIXELS * sizeof(*field));
	for (int step = 1024; step >= 2; step /= 2) {
		add_octave(field, hash_pair(seed, (uint64_t)step), step,
			   height);
		height = height * 5 / 9;
	}
	for (size_t i = 0; i < PIXELS; i++) {
		uint64_t grain = hash_pair(seed, i) >> 56;

		pixels[i] = (uint16_t)(200 + field[i] + (int64_t)grain);
	}
}

static int set_georeference(GDALDatasetH data, unsigned number)
{
	OGRSpatialReferenceH system = OSRNewSpatialReference(NULL);
	double transform[6] = { 600000 + 20480.0 * number, 10, 0,
				5100000, 0, -10 };
	char *wkt = NULL;
	bool ok = OSRImportFromEPSG(system, EPSG) == OGRERR_NONE &&
		  OSRExportToWkt(system, &wkt) == OGRERR_NONE &&
		  GDALSetProjection(data, wkt) == CE_None &&
		  GDALSetGeoTransform(data, transform) == CE_None;

	CPLFree(wkt);
	OSRDestroySpatialReference(system);
	if (!ok)
		return fail("cannot use EPSG:%d; is PROJ's database (proj-data)"
			    " installed? %s", EPSG, gdal_text());
	return 0;
}

/* A dataset in memory with the pixels; NULL after a sentence. */
static GDALDatasetH make_source(uint16_t *pixels, unsigned number)
{
	GDALDriverH driver = GDALGetDriverByName("MEM");
	GDALDatasetH data = driver ? GDALCreate(driver, "", SIDE, SIDE, 1,
						GDT_UInt16, NULL) : NULL;
	GDALRasterBandH band = data ? GDALGetRasterBand(data, 1) : NULL;

	if (!band || GDALSetRasterNoDataValue(band, 0) != CE_None ||
	    GDALRasterIO(band, GF_Write, 0, 0, SIDE, SIDE, pixels, SIDE, SIDE,
			 GDT_UInt16, 0, 0) != CE_None) {
		fail("GDAL cannot hold the pixels in memory: %s", gdal_text());
		goto fault;
	}
	if (set_georeference(data, number) < 0)
		goto fault;
	return data;
fault:
	if (data)
		GDALClose(data);
	return NULL;
}

static int write_cog(GDALDatasetH source, const char *path)
{
	GDALDriverH driver = GDALGetDriverByName("COG");
	char **options = NULL;
	GDALDatasetH out;

	if (!driver)
		return fail("this GDAL (%s) has no COG driver: 3.4 or newer is "
			    "needed", GDALVersionInfo("RELEASE_NAME"));
	options = CSLSetNameValue(options, "COMPRESS", "DEFLATE");
	options = CSLSetNameValue(options, "PREDICTOR", "YES");
	options = CSLSetNameValue(options, "BLOCKSIZE", "512");
	options = CSLSetNameValue(options, "OVERVIEW_RESAMPLING", "AVERAGE");
	options = CSLSetNameValue(options, "BIGTIFF", "NO");
	out = GDALCreateCopy(driver, path, source, TRUE, options, NULL, NULL);
	CSLDestroy(options);
	if (!out)
		return fail("GDAL cannot write %s: %s", path, gdal_text());
	CPLErrorReset();
	GDALClose(out); /* returns nothing before GDAL 3.7 */
	if (CPLGetLastErrorType() >= CE_Failure)
		return fail("GDAL cannot finish %s: %s", path, gdal_text());
	return 0;
}

/* Whether the file says of itself what was asked for. */
static int check_form(GDALDatasetH data, const char *path)
{
	GDALRasterBandH band = GDALGetRasterBand(data, 1);
	const char *layout = GDALGetMetadataItem(data, "LAYOUT",
						 "IMAGE_STRUCTURE");
	const char *compression = GDALGetMetadataItem(data, "COMPRESSION",
						      "IMAGE_STRUCTURE");
	int across = 0, down = 0;

	GDALGetBlockSize(band, &across, &down);
	if (GDALGetRasterXSize(data) != SIDE ||
	    GDALGetRasterYSize(data) != SIDE || across != 512 || down != 512 ||
	    GDALGetOverviewCount(band) < 1 || !layout ||
	    strcmp(layout, "COG") || !compression ||
	    strcmp(compression, "DEFLATE"))
		return fail("%s is not the COG that was asked of GDAL (%s)",
			    path, GDALVersionInfo("RELEASE_NAME"));
	return 0;
}

/* Reads the file back and holds it against its source. */
static int check_cog(GDALDatasetH source, const uint16_t *pixels,
		     const char *path)
{
	GDALDatasetH data = GDALOpen(path, GA_ReadOnly);
	uint16_t *read = calloc(PIXELS, sizeof(*read));
	GDALRasterBandH band = data ? GDALGetRasterBand(data, 1) : NULL;
	int code = -1;

	if (!read || !band ||
	    GDALRasterIO(band, GF_Read, 0, 0, SIDE, SIDE, read, SIDE, SIDE,
			 GDT_UInt16, 0, 0) != CE_None)
		fail("GDAL cannot read %s back: %s", path, gdal_text());
	else if (memcmp(read, pixels, PIXELS * sizeof(*read)) ||
		 GDALChecksumImage(band, 0, 0, SIDE, SIDE) !=
		 GDALChecksumImage(GDALGetRasterBand(source, 1), 0, 0, SIDE,
				   SIDE))
		fail("%s does not hold the pixels that were written", path);
	else
		code = check_form(data, path);
	if (data)
		GDALClose(data);
	free(read);
	return code;
}

/* zlib's CRC-32, a byte at a time. */
static uint32_t crc32_add(uint32_t crc, const unsigned char *bytes, size_t n)
{
	static uint32_t table[256];

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;

			for (int bit = 0; bit < 8; bit++)
				v = v & 1 ? 0xedb88320U ^ v >> 1 : v >> 1;
			table[i] = v;
		}
	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

/* Size and CRC of a file, and that it is on the disk. */
static int measure(const char *path, struct made *out)
{
	static unsigned char bytes[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	out->size = 0;
	out->crc32 = 0;
	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		out->crc32 = crc32_add(out->crc32, bytes, (size_t)n);
		out->size += (uint64_t)n;
	}
	if (n == 0 && fsync(fd) < 0)
		n = -1;
	if (n < 0)
		fail("cannot read %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* From the pixels to a file of that name. */
static int make_file(const char *folder, const char *work, unsigned number,
		     uint16_t *pixels, struct made *out)
{
	char path[PATH_BYTES + 64], temporary[PATH_BYTES + 64];
	GDALDatasetH source = make_source(pixels, number);
	int code;

	if (!source)
		return -1;
	snprintf(path, sizeof(path), "%s/%02u.tif", folder, number);
	snprintf(temporary, sizeof(temporary), "%s/new.tif", work);
	code = write_cog(source, temporary);
	if (code == 0)
		code = check_cog(source, pixels, temporary);
	if (code == 0)
		code = measure(temporary, out);
	if (code == 0 && rename(temporary, path) < 0)
		code = fail("cannot write %s: %s", path, strerror(errno));
	if (code < 0) {
		unlink(temporary);
		strcat(temporary, ".ovr.tmp"); /* GDAL's, of the overviews */
		unlink(temporary);
	}
	GDALClose(source);
	return code;
}

static int write_manifest(const char *folder, const char *work,
			  const struct made *made, unsigned count)
{
	char path[PATH_BYTES + 64], temporary[PATH_BYTES + 64];
	bool ok;
	FILE *file;

	snprintf(path, sizeof(path), "%s/manifest.json", folder);
	snprintf(temporary, sizeof(temporary), "%s/manifest.json", work);
	file = fopen(temporary, "we");
	if (!file)
		return fail("cannot write %s: %s", path, strerror(errno));
	fprintf(file, "{\"version\": 1, \"gdal\": \"%s\", \"files\": [",
		GDALVersionInfo("RELEASE_NAME"));
	for (unsigned i = 0; i < count; i++)
		fprintf(file, "%s\n  {\"name\": \"%02u.tif\", \"size\": %" PRIu64
			", \"crc32\": %" PRIu32 "}", i ? "," : "", i,
			made[i].size, made[i].crc32);
	fprintf(file, "\n]}\n");
	ok = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
	ok = fclose(file) == 0 && ok;
	if (!ok || rename(temporary, path) < 0) {
		fail("cannot write %s: %s", path, strerror(errno));
		unlink(temporary);
		return -1;
	}
	return 0;
}

/* A folder for what is not finished, that nobody else can write in. */
static int make_work(const char *folder, char work[PATH_BYTES + 32])
{
	snprintf(work, PATH_BYTES + 32, "%s/.new-XXXXXX", folder);
	if (mkdtemp(work))
		return 0;
	return fail("cannot make a folder in %s: %s", folder, strerror(errno));
}

/* What is made in somebody's folder is theirs, also where root makes it. */
static int become_owner(const char *folder)
{
	struct stat st;

	if (geteuid() != 0 || stat(folder, &st) < 0 || st.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) < 0 ||
	    setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
	    setresuid(st.st_uid, st.st_uid, st.st_uid) < 0)
		return fail("cannot become the owner of %s: %s", folder,
			    strerror(errno));
	return 0;
}

static int make_all(const char *folder, const char *work, unsigned count)
{
	int64_t *field = calloc(PIXELS, sizeof(*field));
	uint16_t *pixels = calloc(PIXELS, sizeof(*pixels));
	struct made made[COUNT_MAX];
	int code = field && pixels ? 0 : fail("out of memory");

	for (unsigned i = 0; code == 0 && i < count; i++) {
		fill_pixels(pixels, field, i);
		code = make_file(folder, work, i, pixels, &made[i]);
	}
	if (code == 0)
		code = write_manifest(folder, work, made, count);
	free(field);
	free(pixels);
	return code;
}

int main(int argc, char **argv)
{
	char *end = NULL;
	long count = argc > 2 ? strtol(argv[2], &end, 10) : 4;
	char work[PATH_BYTES + 32];
	int code;

	standard_take();
	if (argc < 2 || argc > 3 || argv[1][0] == '-' || count < 1 ||
	    count > COUNT_MAX || (end && (end == argv[2] || *end)) ||
	    strlen(argv[1]) >= PATH_BYTES) {
		fail("usage: make-cog FOLDER [COUNT], COUNT from 1 to %d",
		     COUNT_MAX);
		return 1;
	}
	if (mkdir(argv[1], 0777) < 0 && errno != EEXIST) {
		fail("cannot make the folder %s: %s", argv[1],
		     strerror(errno));
		return 1;
	}
	if (become_owner(argv[1]) < 0 || make_work(argv[1], work) < 0)
		return 1;
	CPLSetErrorHandler(CPLQuietErrorHandler);
	CPLSetConfigOption("GDAL_PAM_ENABLED", "NO"); /* no .aux.xml */
	GDALAllRegister();
	code = make_all(argv[1], work, (unsigned)count);
	rmdir(work);
	GDALDestroyDriverManager();
	return code < 0;
}
