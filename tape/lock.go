package tape

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

var errLocked = errors.New("it is being recorded by another process")

// lock makes the mark of a tape that is being recorded. The system lets go of it when the process ends, however it ends:
// that is how Recover knows what nobody is recording any more.
func lock(path, text string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", errLocked, err), f.Close())
	}
	if text != "" {
		if _, err := f.WriteAt([]byte(text), 0); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}
