"""Hospitals, organisations and events around the company. The names sound like Addis Ababa; none is a real one."""

HOSPITALS = (
    ("Entoto General Hospital", "Gullele, above Shiro Meda", "entoto-general"),
    ("Sheger Specialised Hospital", "Kirkos, near Meskel Square", "sheger-specialised"),
    ("Bole Medhane Clinic and Hospital", "Bole, Woreda 03, off Cameroon Street", "bole-medhane"),
    ("Megenagna Surgical Centre", "Yeka, near the roundabout", "megenagna-surgical"),
    ("Lideta Mother and Child Hospital", "Lideta, near the condominium", "lideta-mch"),
    ("Arat Kilo Teaching Hospital", "Arada, opposite the college", "aratkilo-teaching"),
    ("Gofa Rehabilitation Centre", "Nifas Silk-Lafto, Gofa Camp", "gofa-rehab"),
    ("Ayer Tena Community Hospital", "Kolfe Keranio, main road", "ayertena"),
    ("Kality Trauma Hospital", "Akaki Kality, on the Adama road", "kality-trauma"),
    ("CMC Heart Centre", "Lemi Kura, near CMC", "cmc-heart"),
    ("Piassa Eye and General Hospital", "Arada, Piassa", "piassa-eye"),
    ("Summit Family Hospital", "Lemi Kura, Summit", "summit-family"),
)

REFERRAL_REASONS = (
    "Chest pain on effort, ECG and echocardiography requested",
    "Suspected fracture of the hip after a fall, X-ray and surgical opinion",
    "Diabetic foot ulcer not healing after six weeks, vascular opinion",
    "Poorly controlled blood pressure with three medicines, internist's opinion",
    "Physiotherapy in the centre twice a week after stroke",
    "Cataract on both sides, operation wished",
    "Newborn with persisting jaundice, bilirubin today",
    "Weight loss of eight kilos in three months, further tests",
    "Memory loss, neurology opinion and scan",
    "Shortness of breath, chest X-ray and lung function",
)

ABROAD = (
    ("India", "Deccan Cancer Institute"),
    ("India", "Coromandel Heart Hospital"),
    ("Thailand", "Chao Phraya International Hospital"),
    ("Türkiye", "Marmara Orthopaedic Centre"),
    ("United Arab Emirates", "Gulf Specialty Hospital"),
    ("South Africa", "Table Bay Transplant Clinic"),
    ("Kenya", "Ngong Hills Hospital"),
)

ORGANISATIONS = (
    ("Tesfa Elders' Support", "NGO", "High"),
    ("Hibret Home for the Aged", "NGO", "Medium"),
    ("Selam Mothers' Association", "Community", "Strategic"),
    ("Entoto Iddir Union", "Community", "High"),
    ("St. Rufael Parish Care Group", "Faith-based", "Medium"),
    ("Nur Neighbours' Charity", "Faith-based", "Medium"),
    ("Bright Steps Rehabilitation", "INGO", "Strategic"),
    ("Care Across Borders", "INGO", "Low"),
    ("Yeka Woreda Health Office", "Government", "High"),
    ("Lideta Social Affairs Desk", "Government", "Low"),
    ("Ethiopian Diabetes Friends", "NGO", "High"),
    ("Kolfe Youth Volunteers", "Community", "Low"),
    ("Horizon Palliative Network", "NGO", "Strategic"),
    ("Bole Women's Savings Group", "Community", "Medium"),
)

# Title, description, day relative to today, free, status.
EVENTS = (
    ("Free blood pressure day, Bole", "Screening tent near Medhanialem, 240 people came", -280, True, "Broadcast"),
    ("Family caregivers' evening", "How to lift without hurting one's back", -221, True, "Broadcast"),
    ("Diabetes walk, Meskel Square", "Five kilometres with our nurses", -176, True, "Broadcast"),
    ("Newborn care course", "Four Saturdays, small groups", -149, False, "Broadcast"),
    ("Open house in Bole", "Coffee, tour, questions to the doctor", -128, True, "Broadcast"),
    ("Stroke afternoon", "With two survivors who tell their story", -97, True, "Broadcast"),
    ("Wound care refresher for nurses", "For our own and partner nurses", -74, False, "Broadcast"),
    ("Garden concert for patients", "Called off because of rain", -58, True, "Cancelled"),
    ("First aid for households", "Kirkos woreda hall", -33, True, "Broadcast"),
    ("Kidney health talk", "Together with Arat Kilo Teaching Hospital", -12, True, "Broadcast"),
    ("Free screening day, Gullele", "Blood pressure, glucose, weight", 9, True, "Scheduled"),
    ("Fall prevention at home", "Bring a photo of your stairs", 16, True, "Scheduled"),
    ("Caregivers' thank-you lunch", "For our teams and their families", 23, False, "Draft"),
    ("Mothers' circle", "Breastfeeding questions, every month", 30, True, "Draft"),
    ("Eye health morning", "With Piassa Eye and General Hospital", 44, True, "Draft"),
)
