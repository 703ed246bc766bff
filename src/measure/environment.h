/*
 * The machine and the system, as they are recorded with every run.
 */
#ifndef MEASURE_ENVIRONMENT_H
#define MEASURE_ENVIRONMENT_H

#include "base/err.h"
#include "record/trial.h"

/*
 * Fills all of `out` but `isolation`, which the caller knows: the version of
 * this program, uname, PRETTY_NAME of os-release, the model of the CPU (on ARM
 * its implementer and part), the CPUs that this process may use (affinity), the
 * machine's memory (MemTotal, no cgroup's limit), the default congestion
 * control. What cannot be found out is "" or 0. Returns 0.
 */
int measure_environment(struct environment *out);

/*
 * The instance type, from a folder like /sys/devices/virtual/dmi/id: its
 * product_name where its sys_vendor (for Azure also chassis_asset_tag) is that
 * of a cloud, otherwise "". Only Amazon EC2 puts the type there ("m5.large"; on
 * its old Xen machines the vendor is Xen and the answer ""). Google says
 * "Google Compute Engine" and Azure "Virtual Machine" for every type: the rest
 * is known to their metadata servers only, which are not asked. Hyper-V at home
 * has Azure's vendor and product, but not its asset tag.
 */
void measure_instance_type(const char *folder, char *out, size_t size);

#endif
