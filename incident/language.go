package incident

import "slices"

// languageList is data: the languages that callers of a province speak, by ISO 639 code, as operators see them. "sgn"
// stands for whoever can't hear or speak, "lain" for any other.
var languageList = []string{
	"id", "bjn", "jv", "bug", "vkt", "day", "mad", "su", "mak", "min", "ban", "ace", "bew", "pmy", "zh", "en", "sgn", "lain",
}

// Languages lists the codes in the order of the screen.
func Languages() []string { return slices.Clone(languageList) }

// KnownLanguage says whether a code is one of Languages, or none was noted.
func KnownLanguage(code string) bool { return code == "" || slices.Contains(languageList, code) }
