package journal

// Behind writes records without making anybody wait: see Post. (One per node, shared by desk and dispatch.)
