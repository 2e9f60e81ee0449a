package call

import "slices"

// Outcome is how a call ended: exactly one per call, every report counts them (CALL.md, Outcomes).
type Outcome string

// The outcomes.
const (
	ValidPolres    Outcome = "valid_polres" // a Polres seat talked with the caller
	ValidPolda     Outcome = "valid_polda"  // the Polda acts itself
	Information    Outcome = "informasi"
	WrongNumber    Outcome = "salah_sambung"
	Empty          Outcome = "kosong"
	EarlyEnd       Outcome = "putus_awal"
	PrankCall      Outcome = "iseng"
	FalseReport    Outcome = "laporan_palsu"
	Test           Outcome = "tes"
	LeftQueue      Outcome = "ditinggal_antrean"
	LeftRinging    Outcome = "ditinggal_dering"
	CallerBroke    Outcome = "putus_penelepon"
	OtherAgency    Outcome = "dialihkan_instansi"
	OtherPolda     Outcome = "dialihkan_polda_lain"
	Duplicate      Outcome = "duplikat"
	ClosedSent     Outcome = "ditutup_polda_diteruskan" // sent to a Polres, none talked
	RefusedFull    Outcome = "ditolak_penuh"
	AnsweredMabes  Outcome = "dijawab_mabes"
	BrokenBySystem Outcome = "terputus_sistem"

	// Calls of ours are no calls for help: these two count in no figure of calls that came in.
	OutgoingTalk   Outcome = "panggilan_keluar"
	OutgoingFailed Outcome = "keluar_tidak_tersambung"
)

// OutcomeInfo describes an outcome to people.
type OutcomeInfo struct {
	Code     Outcome
	ID, EN   string // Indonesian, English
	Operator bool   // an operator may choose it
	Valid    bool   // counts as a true call for help or information
}

var outcomes = []OutcomeInfo{
	{ValidPolres, "Valid, ditangani Polres", "Valid, with the Polres", true, true},
	{ValidPolda, "Valid, ditangani Polda", "Valid, handled by the Polda", true, true},
	{Information, "Informasi", "Information", true, true},
	{WrongNumber, "Salah sambung", "Wrong number", true, false},
	{Empty, "Kosong (tanpa suara)", "Empty (nobody speaks)", true, false},
	{EarlyEnd, "Putus awal", "Broke off early", true, false},
	{PrankCall, "Iseng", "Prank", true, false},
	{FalseReport, "Laporan palsu", "False report", true, false},
	{Test, "Panggilan uji", "Test call", true, false},
	{LeftQueue, "Ditinggal dalam antrean", "Left the queue", false, false},
	{LeftRinging, "Ditinggal saat berdering", "Left while ringing", false, false},
	{CallerBroke, "Penelepon terputus", "Caller broke off", true, false},
	{OtherAgency, "Dialihkan ke instansi lain", "Passed to another agency", true, true},
	{OtherPolda, "Dialihkan ke Polda lain", "Passed to another Polda", true, true},
	{Duplicate, "Duplikat", "Duplicate", true, true},
	{ClosedSent, "Ditutup Polda, diteruskan ke Polres", "Closed by the Polda, sent to the Polres", true, true},
	{RefusedFull, "Ditolak, sistem penuh", "Refused, system full", false, false},
	{AnsweredMabes, "Dijawab Mabes", "Answered by Mabes", false, true},
	{BrokenBySystem, "Terputus oleh sistem", "Broken by the system", false, false},
	{OutgoingTalk, "Panggilan keluar", "Outgoing call", false, false},
	{OutgoingFailed, "Panggilan keluar, tidak tersambung", "Outgoing call, not reached", false, false},
}

// Outcomes lists all outcomes with their texts.
func Outcomes() []OutcomeInfo { return slices.Clone(outcomes) }

// Info describes one outcome; false when there is no such outcome.
func (o Outcome) Info() (OutcomeInfo, bool) {
	i := slices.IndexFunc(outcomes, func(x OutcomeInfo) bool { return x.Code == o })
	if i < 0 {
		return OutcomeInfo{}, false
	}
	return outcomes[i], true
}

// Prank is the kind of a prank call. Silence is never one.
type Prank string

// Kinds of pranks.
const (
	Children  Prank = "anak_anak"
	Teasing   Prank = "menggoda"
	Harassing Prank = "melecehkan"
	Faking    Prank = "palsu"
)

// Pranks lists the kinds.
func Pranks() []Prank { return []Prank{Children, Teasing, Harassing, Faking} }

// Agencies are the services that a call may be passed to.
func Agencies() []string { return []string{"112", "113", "115", "118", "119", "pln"} }
