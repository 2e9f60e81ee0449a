-- Tables of the view. They hold nothing that the journal doesn't: deleting the file loses nothing. Times are
-- nanoseconds since 1970 UTC, NULL when it hasn't happened. "pos" names a call or incident by the journal position of
-- its first record, so that a rebuild gives the same rows, and lists keep one order for ever.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

-- Who stands above whom, themselves included: every right to read is a join with this.
CREATE TABLE office_above (
  office TEXT NOT NULL,
  above  TEXT NOT NULL,
  PRIMARY KEY (office, above)
) WITHOUT ROWID;
CREATE INDEX office_below ON office_above (above, office);

CREATE TABLE calls (
  pos           INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  office        TEXT NOT NULL,              -- owns it
  day           TEXT NOT NULL,              -- of the first ring, in the zone of its office
  polres        TEXT NOT NULL DEFAULT '',   -- the last that talked with the caller, else the last that was asked
  polres_talked INTEGER NOT NULL DEFAULT 0,
  first_ring    INTEGER NOT NULL,
  answered      INTEGER,
  left_at       INTEGER,                    -- the caller hung up while a person had the call
  ended         INTEGER,
  wait_ms       INTEGER NOT NULL DEFAULT 0,
  talk_ms       INTEGER NOT NULL DEFAULT 0,
  number        TEXT NOT NULL DEFAULT '',
  withheld      INTEGER NOT NULL DEFAULT 0,
  line          TEXT NOT NULL DEFAULT '',   -- kind of line; empty when the number is erased
  unsure        INTEGER NOT NULL DEFAULT 0, -- the carrier doesn't answer for the number
  trunk         TEXT NOT NULL DEFAULT '',
  name          TEXT NOT NULL DEFAULT '',
  outcome       TEXT NOT NULL DEFAULT '',
  prank         TEXT NOT NULL DEFAULT '',
  agency        TEXT NOT NULL DEFAULT '',
  callback      TEXT NOT NULL DEFAULT '',
  operator      TEXT NOT NULL DEFAULT '',   -- who answered first
  chip          TEXT NOT NULL DEFAULT '',
  chip_office   TEXT NOT NULL DEFAULT '',
  incident      TEXT NOT NULL DEFAULT '',
  tape          TEXT NOT NULL DEFAULT '',
  tape_hash     TEXT NOT NULL DEFAULT '',
  tape_seconds  REAL NOT NULL DEFAULT 0,
  dialled       INTEGER NOT NULL DEFAULT 0, -- how often it began and ended: both 1, or the sheet doesn't balance
  outbound      INTEGER NOT NULL DEFAULT 0, -- a call of ours
  closed        INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX calls_day ON calls (office, day, outcome);
CREATE INDEX calls_number ON calls (number, first_ring);
CREATE INDEX calls_incident ON calls (incident);

CREATE TABLE call_office (
  office     TEXT NOT NULL,
  first_ring INTEGER NOT NULL,
  call       INTEGER NOT NULL,
  PRIMARY KEY (office, first_ring, call)
) WITHOUT ROWID;
CREATE INDEX call_office_call ON call_office (call, office);

CREATE TABLE call_line (
  call   INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  i      INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  what   TEXT NOT NULL,
  who    TEXT NOT NULL DEFAULT '',
  office TEXT NOT NULL DEFAULT '',
  seat   TEXT NOT NULL DEFAULT '',
  code   TEXT NOT NULL DEFAULT '',
  extra  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (call, seq, i)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE call_text USING fts5(number, name, tokenize = 'unicode61 remove_diacritics 2', prefix = '3 6');
INSERT INTO call_text (call_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE incidents (
  pos            INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  call           TEXT NOT NULL DEFAULT '',
  origin         TEXT NOT NULL,
  office         TEXT NOT NULL,             -- holds it now
  phase          TEXT NOT NULL,
  no             TEXT NOT NULL DEFAULT '',
  rev            INTEGER NOT NULL DEFAULT 0,
  kind           TEXT NOT NULL DEFAULT '',
  priority       INTEGER NOT NULL DEFAULT 0,
  danger         INTEGER NOT NULL DEFAULT 0,
  state          TEXT NOT NULL,             -- incident.State without its notes, as JSON
  restricted     INTEGER NOT NULL DEFAULT 0,
  class          TEXT NOT NULL DEFAULT '',
  first_ring     INTEGER NOT NULL,
  given_at       INTEGER,                   -- to its present holder
  senders        TEXT NOT NULL DEFAULT '',  -- offices that sent it on, between spaces
  last_what      TEXT NOT NULL DEFAULT '',  -- of its newest line
  last_who       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX incidents_open ON incidents (office, phase);
CREATE INDEX incidents_no ON incidents (no);

CREATE TABLE incident_office (
  office     TEXT NOT NULL,
  first_ring INTEGER NOT NULL,
  incident   INTEGER NOT NULL,
  PRIMARY KEY (office, first_ring, incident)
) WITHOUT ROWID;
CREATE INDEX incident_office_incident ON incident_office (incident, office);

-- Who may read a restricted incident: who was named, and who had a hand in it.
CREATE TABLE incident_person (
  incident INTEGER NOT NULL,
  person   TEXT NOT NULL,
  PRIMARY KEY (incident, person)
) WITHOUT ROWID;

-- Each unit's part in an incident, in order. Times that didn't come are NULL.
CREATE TABLE assignment (
  incident INTEGER NOT NULL,
  i        INTEGER NOT NULL,
  office   TEXT NOT NULL,                   -- that has the incident
  unit     TEXT NOT NULL,
  sign     TEXT NOT NULL,
  lead     TEXT NOT NULL,
  by       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  acked    INTEGER,
  departed INTEGER,
  arrived  INTEGER,
  ended    INTEGER,
  released TEXT NOT NULL,                   -- why it was taken off
  via      TEXT NOT NULL,
  metres   REAL,                            -- from the place at its arrival; NULL: not known
  far      INTEGER NOT NULL,
  proved   INTEGER,
  skipped  TEXT NOT NULL,                   -- steps that nobody told of, between spaces
  PRIMARY KEY (incident, i)
) WITHOUT ROWID;
CREATE INDEX assignment_unit ON assignment (unit, at);

-- The first arrival at each incident: the truth about response times. Judged from the first ring; from the place known is
-- shown beside it.
CREATE TABLE arrival (
  incident   INTEGER PRIMARY KEY,
  office     TEXT NOT NULL,
  day        TEXT NOT NULL,                 -- of the first ring, in the zone of that office
  class      TEXT NOT NULL,
  ring_ms    INTEGER NOT NULL,
  place_ms   INTEGER,                       -- NULL: the place was never known
  target_ms  INTEGER NOT NULL,              -- 0: none was set
  metres     REAL,                          -- by road from the nearest manned office; NULL: not known
  via        TEXT NOT NULL,
  proved     INTEGER NOT NULL,              -- its position was at the place
  far        INTEGER NOT NULL               -- it was pressed somewhere else
);
CREATE INDEX arrival_day ON arrival (office, day);

-- What was promised for each incident that an office was given, whatever became of it: an emergency that nobody has come
-- to yet counts as well.
CREATE TABLE response (
  incident   INTEGER PRIMARY KEY,
  office     TEXT NOT NULL,
  day        TEXT NOT NULL,                 -- of the first ring, in the zone of that office
  assign_ms  INTEGER,                       -- from the acceptance to the first unit; NULL: none was sent
  target_ms  INTEGER NOT NULL,              -- 0: none was set
  since      TEXT NOT NULL                  -- day from which the office promises it, empty: the national target
);
CREATE INDEX response_day ON response (office, day);

-- What units did, in order.
CREATE TABLE unit_line (
  unit     TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  i        INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  what     TEXT NOT NULL,
  who      TEXT NOT NULL,
  status   TEXT NOT NULL,                   -- of the unit after it
  incident TEXT NOT NULL,
  home     TEXT NOT NULL,                   -- office of the unit then
  PRIMARY KEY (unit, seq, i)
) WITHOUT ROWID;
CREATE INDEX unit_line_at ON unit_line (unit, at);

CREATE TABLE units (
  id    TEXT PRIMARY KEY,
  state TEXT NOT NULL                       -- incident.Unit, as JSON
) WITHOUT ROWID;

CREATE TABLE incident_line (
  incident INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  i        INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  what     TEXT NOT NULL,
  who      TEXT NOT NULL DEFAULT '',
  office   TEXT NOT NULL DEFAULT '',
  code     TEXT NOT NULL DEFAULT '',
  words    TEXT NOT NULL DEFAULT '',        -- of people: private
  PRIMARY KEY (incident, seq, i)
) WITHOUT ROWID;

-- Each time an office accepted an incident, and how long after it was given it.
CREATE TABLE acceptance (
  office   TEXT NOT NULL,
  day      TEXT NOT NULL,                   -- in the zone of that office
  incident INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  ms       INTEGER NOT NULL,
  PRIMARY KEY (office, day, incident, seq)
) WITHOUT ROWID;
CREATE INDEX acceptance_incident ON acceptance (incident);

CREATE VIRTUAL TABLE incident_text USING fts5(no, number, reporter, place, summary, tokenize = 'unicode61 remove_diacritics 2', prefix = '3 6');
INSERT INTO incident_text (incident_text, rank) VALUES ('secure-delete', 1);
