#include "cell/identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/invoker.h"

void identity_invoker(struct identity *out)
{
	struct invoker invoker;

	invoker_find(&invoker);
	*out = (struct identity){ invoker.uid, invoker.gid, invoker.changes };
}

static int change_ids(const struct identity *identity)
{
	if (!identity->changes)
		return 0;
	if (setgroups(0, NULL) < 0 ||
	    setresgid(identity->gid, identity->gid, identity->gid) < 0)
		return -1;
	return 0;
}

/* Otherwise execve() by root would give the capabilities back. EINVAL: this
 * kernel has no such capability. EPERM: we may not drop it, so we have none to
 * lose. */
static int drop_bounding_set(void)
{
	for (int capability = 0; capability < 64; capability++)
		if (prctl(PR_CAPBSET_DROP, capability) < 0)
			return errno == EINVAL || errno == EPERM ? 0 : -1;
	return 0;
}

/* The session's keyring gives a process the invoker's keys (of Kerberos, of
 * file systems), also under another user. So it gets an empty one. Where no
 * keyring may be made (EPERM, ENOSYS) none can be read either. An ordinary user
 * may have too many keyrings already, but the keys are that user's own. */
static int leave_keys(const struct identity *identity)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	return identity->changes && errno != EPERM && errno != ENOSYS ? -1 : 0;
}

int identity_take(const struct identity *identity)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	if (change_ids(identity) < 0 || drop_bounding_set() < 0)
		return -1;
	if (identity->changes &&
	    setresuid(identity->uid, identity->uid, identity->uid) < 0)
		return -1;
	if (leave_keys(identity) < 0)
		return -1;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
