/*
 * The machine and the system, as they are recorded with every run.
 */
#ifndef MEASURE_ENVIRONMENT_H
#define MEASURE_ENVIRONMENT_H

#include "base/err.h"
#include "record/trial.h"

/*
 * Fills all of `out` but `isolation`, which the caller knows. The members come
 * from this program's version, uname, PRETTY_NAME of os-release, the model of
 * the CPU, MemTotal, and the default congestion control. On ARM the model is
 * the implementer and part. MemTotal has no limit of a control group. CPUs are
 * those that this process may use (affinity). A member that cannot be found out
 * is "" or 0. Returns 0.
 */
int measure_environment(struct environment *out);

/*
 * The instance type, from a folder like /sys/devices/virtual/dmi/id. It is the
 * product_name if sys_vendor is that of a cloud, otherwise "". Only Amazon EC2
 * puts the type there ("m5.large"); its old Xen machines have another vendor.
 * Google says "Google Compute Engine" for every type, Azure "Virtual Machine":
 * only their metadata servers, which are not asked, know more. For Azure
 * chassis_asset_tag is compared too, as Hyper-V elsewhere has Azure's vendor
 * and product.
 */
void measure_instance_type(const char *folder, char *out, size_t size);

#endif
