package api

import (
	"context"

	"github.com/siaga110/siaga/incident/roster"
)

// RosterFiles takes in files of people and vehicles.
type RosterFiles interface {
	// Import checks a file and, with Apply and without faults, takes it in. The error is of the house, not of the file.
	Import(ctx context.Context, who roster.Who, f RosterFile) (roster.File, error)
}

// RosterFile is a file of people and vehicles that somebody brings.
type RosterFile struct {
	Raw    []byte
	Name   string
	User   string // who typed the command on the machine; empty when it came by a screen
	Update bool   // people who are known are changed
	Apply  bool   // else it is checked only
}
