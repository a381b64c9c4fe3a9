"""Ethiopian names in Latin and Ethiopic script. A second and third name are the father's and grandfather's."""

WOMEN = (
    ("Abeba", "አበባ"), ("Adanech", "አዳነች"), ("Almaz", "አልማዝ"), ("Amarech", "አማረች"), ("Aster", "አስቴር"),
    ("Aynalem", "ዓይናለም"), ("Azeb", "አዜብ"), ("Bethlehem", "ቤተልሔም"), ("Birtukan", "ብርቱካን"), ("Chaltu", "ጫልቱ"),
    ("Desta", "ደስታ"), ("Eden", "ኤደን"), ("Elfinesh", "እልፍነሽ"), ("Eyerusalem", "ኢየሩሳሌም"), ("Fatuma", "ፋጡማ"),
    ("Fikirte", "ፍቅርተ"), ("Genet", "ገነት"), ("Hana", "ሐና"), ("Hayat", "ሐያት"), ("Helen", "ሔለን"),
    ("Hirut", "ሒሩት"), ("Kedija", "ከድጃ"), ("Kidist", "ቅድስት"), ("Lensa", "ሌንሳ"), ("Letebrhan", "ለተብርሃን"),
    ("Liya", "ሊያ"), ("Mahlet", "ማህሌት"), ("Marta", "ማርታ"), ("Meaza", "መዓዛ"), ("Mekdes", "መቅደስ"),
    ("Meseret", "መሠረት"), ("Mihret", "ምህረት"), ("Mulu", "ሙሉ"), ("Nardos", "ናርዶስ"), ("Rahel", "ራሔል"),
    ("Roman", "ሮማን"), ("Saba", "ሳባ"), ("Sara", "ሣራ"), ("Selamawit", "ሰላማዊት"), ("Senait", "ሰናይት"),
    ("Sintayehu", "ስንታየሁ"), ("Tigist", "ትዕግሥት"), ("Tirunesh", "ጥሩነሽ"), ("Tsehay", "ፀሐይ"), ("Tsion", "ጽዮን"),
    ("Workinesh", "ወርቅነሽ"), ("Yeshi", "የሺ"), ("Zewditu", "ዘውዲቱ"), ("Zinash", "ዝናሽ"), ("Zeineb", "ዘይነብ"),
)  # fmt: skip

MEN = (
    ("Abdi", "አብዲ"), ("Abebe", "አበበ"), ("Abel", "አቤል"), ("Addisu", "አዲሱ"), ("Ahmed", "አህመድ"),
    ("Alemayehu", "ዓለማየሁ"), ("Amanuel", "አማኑኤል"), ("Asefa", "አሰፋ"), ("Ashenafi", "አሸናፊ"), ("Ayele", "አየለ"),
    ("Bekele", "በቀለ"), ("Belay", "በላይ"), ("Berhanu", "ብርሃኑ"), ("Biniam", "ቢንያም"), ("Biruk", "ብሩክ"),
    ("Daniel", "ዳንኤል"), ("Dawit", "ዳዊት"), ("Demeke", "ደመቀ"), ("Dereje", "ደረጀ"), ("Ephrem", "ኤፍሬም"),
    ("Eshetu", "እሸቱ"), ("Fekadu", "ፈቃዱ"), ("Fikru", "ፍቅሩ"), ("Gemechu", "ገመቹ"), ("Getachew", "ጌታቸው"),
    ("Girma", "ግርማ"), ("Habtamu", "ሀብታሙ"), ("Hagos", "ሐጎስ"), ("Haile", "ኃይሌ"), ("Henok", "ሄኖክ"),
    ("Ibrahim", "ኢብራሂም"), ("Kebede", "ከበደ"), ("Kedir", "ከድር"), ("Lemma", "ለማ"), ("Mekonnen", "መኮንን"),
    ("Mengistu", "መንግሥቱ"), ("Mesfin", "መስፍን"), ("Mohammed", "ሙሐመድ"), ("Mulugeta", "ሙሉጌታ"), ("Nahom", "ናሆም"),
    ("Negash", "ነጋሽ"), ("Samuel", "ሳሙኤል"), ("Seid", "ሰይድ"), ("Shiferaw", "ሽፈራው"), ("Sileshi", "ስለሺ"),
    ("Sisay", "ሲሳይ"), ("Solomon", "ሰለሞን"), ("Tadesse", "ታደሰ"), ("Tamrat", "ታምራት"), ("Tariku", "ታሪኩ"),
    ("Tefera", "ተፈራ"), ("Tekle", "ተክሌ"), ("Temesgen", "ተመስገን"), ("Tesfaye", "ተስፋዬ"), ("Tilahun", "ጥላሁን"),
    ("Tolosa", "ቶሎሳ"), ("Wondimu", "ወንድሙ"), ("Worku", "ወርቁ"), ("Yared", "ያሬድ"), ("Yohannes", "ዮሐንስ"),
    ("Yonas", "ዮናስ"), ("Zelalem", "ዘላለም"), ("Zerihun", "ዘሪሁን"), ("Zewde", "ዘውዴ"),
)  # fmt: skip

# The relation of an emergency contact to the patient.
RELATIONS = {
    "Female": ("daughter", "sister", "niece", "granddaughter", "neighbour"),
    "Male": ("son", "brother", "nephew", "grandson", "neighbour"),
}
CHILDS_RELATIONS = {"Female": ("mother", "aunt"), "Male": ("father", "uncle")}
