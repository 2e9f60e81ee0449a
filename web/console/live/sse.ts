// Reads a text/event-stream as it comes in pieces (HTML Living Standard 9.2.6). Comments are told too: the server's
// ping is one, and its absence is how a dead connection is noticed.

export interface SseEvent {
  event: string;
  data: string;
  id: string;
}

/** A parser that is fed chunks and tells each whole event, and each comment. */
export function sseParser(on: (e: SseEvent) => void, onComment: () => void = () => {}) {
  let buffer = "";
  let id = "";
  let event = "";
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) on({ event: event || "message", data: data.join("\n"), id });
      event = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return onComment();
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  };
  return (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const end = buffer.search(/[\r\n]/);
      // A carriage return at the very end may be half of CRLF: wait for what follows.
      if (end < 0 || (buffer[end] === "\r" && end === buffer.length - 1)) return;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end + (buffer[end] === "\r" && buffer[end + 1] === "\n" ? 2 : 1));
      line(text);
    }
  };
}
