package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
)

// startProfile notes where the CPU time goes; stop writes it down, and what lies in memory. Each SIGUSR2 begins
// another part (name-1.cpu and so on), so that a bench can look at its own seconds alone. Without a name it does nothing.
func startProfile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	p := &profile{name: name}
	if err := p.begin(); err != nil {
		return nil, err
	}
	told := make(chan os.Signal, 4)
	signal.Notify(told, syscall.SIGUSR2)
	go func() {
		for range told {
			p.end()
			_ = p.begin()
		}
	}()
	return func() {
		signal.Stop(told)
		close(told)
		p.end()
		heap, err := os.Create(name + ".heap")
		if err != nil {
			return
		}
		_ = pprof.WriteHeapProfile(heap)
		_ = heap.Close()
	}, nil
}

type profile struct {
	name string
	mu   sync.Mutex
	part int
	cpu  *os.File
}

func (p *profile) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := p.name
	if p.part > 0 {
		name += "-" + strconv.Itoa(p.part)
	}
	p.part++
	cpu, err := os.Create(name + ".cpu")
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		_ = cpu.Close()
		return fmt.Errorf("profile: %w", err)
	}
	p.cpu = cpu
	return nil
}

func (p *profile) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cpu == nil {
		return
	}
	pprof.StopCPUProfile()
	_ = p.cpu.Close()
	p.cpu = nil
}
