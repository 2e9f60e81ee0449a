package incident

import "slices"

// Class says which sort of service a kind of report asks for: layanan polisi, apa saja.
type Class string

// The classes.
const (
	Emergency   Class = "emergency"
	Service     Class = "service"     // police service without haste
	Information Class = "information" // a question
	Complaint   Class = "complaint"   // about the police
)

// Kind is a kind of report, with the three letters that operators type.
type Kind struct {
	Code     string
	ID, EN   string
	Class    Class
	Priority int    // proposed
	Quick    string // three letters
}

// kindList is data, ordered as operators see it; codes follow the police's own short words (Perkap 7/2009).
var kindList = []Kind{
	{"curas", "Pencurian dengan kekerasan", "Robbery", Emergency, 1, "crs"},
	{"curat", "Pencurian dengan pemberatan", "Burglary", Emergency, 2, "crt"},
	{"curanmor", "Pencurian kendaraan bermotor", "Vehicle theft", Emergency, 2, "crm"},
	{"aniaya", "Penganiayaan", "Assault", Emergency, 1, "any"},
	{"keroyok", "Pengeroyokan atau tawuran", "Brawl", Emergency, 1, "kry"},
	{"kdrt", "Kekerasan dalam rumah tangga", "Domestic violence", Emergency, 1, "kdr"},
	{"asusila", "Kekerasan seksual", "Sexual violence", Emergency, 1, "sek"},
	{"pembunuhan", "Pembunuhan", "Homicide", Emergency, 1, "bnh"},
	{"sandera", "Penyanderaan atau penculikan", "Kidnapping", Emergency, 1, "clk"},
	{"senjata", "Orang membawa senjata", "Person with a weapon", Emergency, 1, "snj"},
	{"laka", "Kecelakaan lalu lintas", "Traffic accident", Emergency, 2, "lak"},
	{"bakar", "Kebakaran", "Fire", Emergency, 1, "bkr"},
	{"bencana", "Bencana alam", "Natural disaster", Emergency, 1, "bcn"},
	{"bundiri", "Percobaan bunuh diri", "Suicide attempt", Emergency, 1, "bdr"},
	{"hilang_orang", "Orang hilang", "Missing person", Emergency, 2, "org"},
	{"mayat", "Penemuan mayat", "Body found", Emergency, 2, "myt"},
	{"senyap", "Darurat senyap", "Silent emergency", Emergency, 1, "snp"},
	{"narkoba", "Narkoba", "Drugs", Emergency, 3, "nrk"},
	{"judi", "Perjudian", "Gambling", Service, 3, "jdi"},
	{"ribut", "Keributan atau gangguan ketertiban", "Disturbance", Emergency, 3, "rbt"},
	{"miras", "Mabuk atau minuman keras", "Drunkenness", Service, 3, "mrs"},
	{"mencurigakan", "Orang atau barang mencurigakan", "Suspicious person or object", Emergency, 3, "crg"},
	{"macet", "Kemacetan atau pengaturan lalu lintas", "Traffic jam", Service, 3, "mct"},
	{"penipuan", "Penipuan", "Fraud", Service, 3, "tpu"},
	{"hilang_barang", "Kehilangan barang atau surat", "Lost property", Service, 4, "hlg"},
	{"patroli", "Permintaan patroli", "Request for a patrol", Service, 3, "ptr"},
	{"kawal", "Permintaan pengawalan", "Request for an escort", Service, 4, "kwl"},
	{"skck", "SKCK, SIM, atau STNK", "Certificates and licences", Information, 4, "sim"},
	{"tanya", "Pertanyaan lain", "Other question", Information, 4, "tny"},
	{"dumas", "Pengaduan tentang polisi", "Complaint about the police", Complaint, 3, "dms"},
	{"lain", "Lainnya", "Other", Service, 3, "lan"},
}

// Kinds lists all kinds in the order of the screen.
func Kinds() []Kind { return slices.Clone(kindList) }

// KindOf finds a kind by its code.
func KindOf(code string) (Kind, bool) {
	i := slices.IndexFunc(kindList, func(k Kind) bool { return k.Code == code })
	if i < 0 {
		return Kind{}, false
	}
	return kindList[i], true
}
