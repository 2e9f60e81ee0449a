package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

// startProfile begins to note where the CPU time goes; stop writes it down, and what lies in memory. Without a name it
// does nothing.
func startProfile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	cpu, err := os.Create(name + ".cpu")
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = cpu.Close()
		heap, err := os.Create(name + ".heap")
		if err != nil {
			return
		}
		_ = pprof.WriteHeapProfile(heap)
		_ = heap.Close()
	}, nil
}
