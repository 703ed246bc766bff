/* What the engine is told of whom a container runs as, and what it may. */
#include "check.h"

#include "docker/docker.h"

static char program[] = "/bin/true";
static char *argv[] = { program, NULL };

static json_t *body_of(unsigned replica)
{
	static const struct container_user users[] = { { 7, 8 }, { 9, 10 } };
	static const char *const mounts[] = { "/usr", "/etc", NULL };
	struct container container = {
		.image = "image:1", .enter = program, .users = users,
		.mounts = mounts, .network = "none",
	};
	struct launch launch = {
		.argv = argv, .replica = replica, .context = &container,
		.folder = "/home-of-it",
	};

	return docker_body(&launch, "/meeting");
}

static const char *first_of(const json_t *host, const char *name)
{
	json_t *list = json_object_get(host, name);

	assert_int_equal(json_array_size(list), 1);
	return json_string_value(json_array_get(list, 0));
}

static void each_is_its_own_user(void **state)
{
	static const char *const users[] = { "7:8", "9:10" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		json_t *body = body_of(i);

		assert_string_equal(
			json_string_value(json_object_get(body, "User")),
			users[i]);
		json_decref(body);
	}
}

static void may_nothing_but_its_folder(void **state)
{
	json_t *body = body_of(0);
	json_t *host = json_object_get(body, "HostConfig"), *mount;
	unsigned writable = 0;
	size_t i;

	(void)state;
	assert_string_equal(first_of(host, "CapDrop"), "ALL");
	assert_string_equal(first_of(host, "SecurityOpt"), "no-new-privileges");
	assert_true(json_is_true(json_object_get(host, "ReadonlyRootfs")));
	assert_null(json_object_get(host, "Privileged"));
	json_array_foreach(json_object_get(host, "Mounts"), i, mount) {
		if (json_is_true(json_object_get(mount, "ReadOnly")))
			continue;
		writable++;
		assert_string_equal(
			json_string_value(json_object_get(mount, "Source")),
			"/home-of-it");
	}
	assert_int_equal(writable, 1);
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(each_is_its_own_user),
		cmocka_unit_test(may_nothing_but_its_folder),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
