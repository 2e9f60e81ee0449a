// Package desk runs calls: a Live for each call, a Floor for each office's operators. It takes legs from the phone,
// asks the pure core what happens, acts on the wire at once, and lets the journal write behind.
package desk
