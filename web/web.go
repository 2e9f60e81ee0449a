// Package web carries the built screens of the console inside the binary. It has no logic: how files are served,
// compressed and protected is api's.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is what `npm run build` wrote: index.html, hashed assets, and their .br and .gz siblings. It holds only
// .gitkeep when the screens were not built.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // impossible: the directory is embedded above
	}
	return sub
}
