// Package town is a small town around Siaga: citizens who call 110, operators who sit at the seats that nobody took,
// and a page by which whoever tries Siaga calls as a citizen. It uses the product from outside only: SIP and RTP at the
// trunk, HTTP, WebSocket and WebRTC at the screens' side. Everything that chance decides comes from one seed.
package town
