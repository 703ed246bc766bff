// cAdvisor as a library: the counters of all control groups of this machine, at /metrics of the address that is
// the argument. The address that was bound is printed once it listens; the end of standard input ends it.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	v2 "github.com/google/cadvisor/info/v2"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

// What a cell has, and nothing that costs more to read.
var included = container.MetricSet{
	container.CpuUsageMetrics:    struct{}{},
	container.MemoryUsageMetrics: struct{}{},
	container.ProcessMetrics:     struct{}{},
}

func start() (manager.Manager, error) {
	every, dynamic := time.Second, false
	m, err := manager.New(memory.New(2*time.Minute, nil), sysfs.NewRealSysFs(),
		manager.HousekeepingConfig{Interval: &every, AllowDynamic: &dynamic},
		included, http.DefaultClient, []string{"/"}, nil, "", 0)
	if err != nil {
		return nil, err
	}
	return m, m.Start()
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: cadvisor ADDRESS:PORT")
	}
	m, err := start()
	if err != nil {
		log.Fatalf("cAdvisor does not start: %v", err)
	}
	prometheus.MustRegister(metrics.NewPrometheusCollector(m, nil, included, clock.RealClock{},
		v2.RequestOptions{IdType: v2.TypeName, Count: 1, Recursive: true}))
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatalf("cannot listen: %v", err)
	}
	http.Handle("/metrics", promhttp.Handler())
	fmt.Printf("http://%s/metrics\n", listener.Addr())
	go func() { log.Fatal(http.Serve(listener, nil)) }()
	io.Copy(io.Discard, os.Stdin)
	if err := m.Stop(); err != nil {
		log.Fatalf("cAdvisor does not stop: %v", err)
	}
}
