/* A kernel without the module that cells need: what is wrong and the remedy,
 * each once. */
#include "check.h"

#include <dlfcn.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>
#include <unistd.h>

#include "cell/net.h"
#include "cli/doctor.h"

static const char *missing; /* the kind of link that cannot be made */

/* Stands in for libnl's, with what such a kernel says. */
int rtnl_link_add(struct nl_sock *socket, struct rtnl_link *link, int flags)
{
	int (*real)(struct nl_sock *, struct rtnl_link *, int);
	void *symbol = dlsym(RTLD_NEXT, "rtnl_link_add");

	if (missing && strcmp(rtnl_link_get_type(link), missing) == 0)
		return -NLE_OPNOTSUPP;
	memcpy(&real, &symbol, sizeof(real));
	return real(socket, link, flags);
}

static void need_namespaces(void)
{
	struct net *net = NULL;
	struct err err;

	missing = NULL;
	if (geteuid() != 0 || net_open(&net, &err) < 0)
		skip();
	net_free(net);
}

static void check_sentences(void **state)
{
	struct net *net;
	struct err err;

	(void)state;
	need_namespaces();
	missing = "veth";
	assert_int_equal(net_open(&net, &err), 0);
	assert_true(net_add(net, 2, &err) < 0);
	assert_names(err, "this kernel has no veth: as root, `modprobe veth`");
	net_free(net);
}

static void check_doctor(void **state)
{
	const struct probe *probe = doctor_probes;
	struct diagnosis f = { 0 };

	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* its thread forbids the grade in a user namespace */
#endif
	need_namespaces();
	while (strcmp(probe->name, "isolation") != 0)
		probe++;
	missing = "veth";
	probe->run(NULL, &f);
	assert_int_equal(f.verdict, VERDICT_DOUBT);
	assert_non_null(strstr(f.text, "this kernel has no veth"));
	assert_null(strstr(f.text, "modprobe"));
	assert_non_null(strstr(f.remedy, "better: as root, `modprobe veth`"));
	assert_null(strstr(f.remedy, "this kernel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_sentences),
		cmocka_unit_test(check_doctor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
