//! Names, streets and companies. Nobody in particular; numbers come from ranges kept free for fiction.

/// Names of one part of the world, and where such a person lives.
pub(crate) struct Culture {
    pub first: &'static [&'static str],
    pub last: &'static [&'static str],
    /// How first names sound, where the script needs it (same order as `first`, then `last`).
    pub phonetic: Option<(&'static [&'static str], &'static [&'static str])>,
    /// Written in Latin letters for addresses (same order), where the names are not.
    pub latin: Option<(&'static [&'static str], &'static [&'static str])>,
    pub homes: &'static [Home],
}

/// A city and how its addresses look.
pub(crate) struct Home {
    pub city: &'static str,
    pub state: &'static str,
    pub zip: &'static str,
    pub country: &'static str,
    pub code: &'static str,
    pub streets: &'static [&'static str],
    /// The house number comes before the street.
    pub number_first: bool,
}

macro_rules! home {
    ($city:literal, $state:literal, $zip:literal, $country:literal, $code:literal, $first:literal, [$($street:literal),+]) => {
        Home { city: $city, state: $state, zip: $zip, country: $country, code: $code, streets: &[$($street),+], number_first: $first }
    };
}

pub(crate) const CULTURES: &[Culture] = &[
    Culture {
        first: &[
            "Emma",
            "Jack",
            "Olivia",
            "Noah",
            "Charlotte",
            "Henry",
            "Grace",
            "Theo",
            "Ruby",
            "Oscar",
            "Hazel",
            "Miles",
        ],
        last: &[
            "Walker",
            "Bennett",
            "Hughes",
            "Foster",
            "Sullivan",
            "Parker",
            "Reyes",
            "Coleman",
            "Hart",
            "Doyle",
            "Pritchard",
        ],
        phonetic: None,
        latin: None,
        homes: &[
            home!(
                "Portland",
                "OR",
                "97214",
                "United States",
                "us",
                true,
                ["Alder Street", "Hawthorne Lane", "Juniper Avenue"]
            ),
            home!(
                "Chicago",
                "IL",
                "60614",
                "United States",
                "us",
                true,
                ["Lakeview Avenue", "Maple Court", "Orchard Street"]
            ),
            home!(
                "Bristol",
                "",
                "BS6 5QA",
                "United Kingdom",
                "gb",
                true,
                ["Chandos Road", "Harbour Walk", "Clifton Vale"]
            ),
        ],
    },
    Culture {
        first: &["Lena", "Jonas", "Mia", "Felix", "Hannah", "Lukas", "Greta", "Emil", "Frieda", "Anton", "Marlene"],
        last: &["Schäfer", "Brandt", "Lindner", "Vogel", "Krüger", "Weiß", "Hoffmann", "Jäger", "Busch", "Ostermann"],
        phonetic: None,
        latin: None,
        homes: &[
            home!("Berlin", "", "10999", "Germany", "de", false, ["Oranienstraße", "Lindenallee", "Am Kanal"]),
            home!("Hamburg", "", "22765", "Germany", "de", false, ["Elbchaussee", "Große Bergstraße", "Fischmarkt"]),
        ],
    },
    Culture {
        first: &["Lucía", "Mateo", "Sofía", "Diego", "Valentina", "Hugo", "Carmen", "Álvaro", "Inés", "Joaquín"],
        last: &["García Ruiz", "Fernández", "Morales", "Ortega", "Castillo", "Núñez", "Vega", "Ibáñez", "Serrano"],
        phonetic: None,
        latin: None,
        homes: &[
            home!("Sevilla", "", "41004", "Spain", "es", false, ["Calle Betis", "Calle Feria", "Avenida del Río"]),
            home!("Ciudad de México", "CDMX", "06700", "Mexico", "mx", false, ["Calle Orizaba", "Avenida Álamos"]),
        ],
    },
    Culture {
        first: &["Chloé", "Louis", "Manon", "Gabriel", "Inès", "Raphaël", "Zoé", "Léo", "Margaux", "Étienne"],
        last: &["Moreau", "Lefèvre", "Garnier", "Dubois", "Rousseau", "Mercier", "Fontaine", "Blanchard", "Perrin"],
        phonetic: None,
        latin: None,
        homes: &[home!(
            "Lyon",
            "",
            "69004",
            "France",
            "fr",
            true,
            ["rue de la Croix", "quai des Tilleuls", "montée du Chemin-Neuf"]
        )],
    },
    Culture {
        first: &["Giulia", "Lorenzo", "Chiara", "Matteo", "Francesca", "Alessandro", "Elisa", "Tommaso", "Bianca"],
        last: &["Rossi", "Conti", "Marino", "De Luca", "Ferrara", "Gallo", "Bellini", "Moretti"],
        phonetic: None,
        latin: None,
        homes: &[home!(
            "Bologna",
            "BO",
            "40125",
            "Italy",
            "it",
            false,
            ["Via del Pratello", "Via San Vitale", "Piazza dei Mirti"]
        )],
    },
    Culture {
        first: &["Beatriz", "Tiago", "Mariana", "Rafael", "Larissa", "Caio", "Helena", "João", "Luana"],
        last: &["Almeida", "Carvalho", "Nogueira", "Pereira", "Santos", "Azevedo", "Barros", "Teixeira"],
        phonetic: None,
        latin: None,
        homes: &[
            home!("Lisboa", "", "1200-109", "Portugal", "pt", false, ["Rua da Saudade", "Travessa do Carmo"]),
            home!("São Paulo", "SP", "05422-030", "Brazil", "br", false, ["Rua das Acácias", "Rua Fradique"]),
        ],
    },
    Culture {
        first: &["Astrid", "Lars", "Freja", "Nils", "Ingrid", "Søren", "Linnéa", "Anders", "Tuva", "Eirik"],
        last: &["Lindqvist", "Holm", "Dahl", "Sørensen", "Bergström", "Nygård", "Ekdahl", "Åkesson"],
        phonetic: None,
        latin: None,
        homes: &[
            home!("Göteborg", "", "413 01", "Sweden", "se", false, ["Haga Nygata", "Linnégatan"]),
            home!("Aarhus", "", "8000", "Denmark", "dk", false, ["Møllestien", "Skovvejen"]),
        ],
    },
    Culture {
        first: &["Ananya", "Arjun", "Priya", "Rohan", "Meera", "Vikram", "Kavya", "Nikhil", "Isha"],
        last: &["Sharma", "Iyer", "Nair", "Kapoor", "Banerjee", "Desai", "Reddy", "Menon"],
        phonetic: None,
        latin: None,
        homes: &[home!(
            "Bengaluru",
            "Karnataka",
            "560038",
            "India",
            "in",
            true,
            ["Jacaranda Road", "12th Main Road", "Lake View Layout"]
        )],
    },
    Culture {
        first: &["陽菜", "蓮", "結衣", "大翔", "葵", "悠真", "美咲", "健太"],
        last: &["佐藤", "鈴木", "高橋", "田中", "渡辺", "山本", "小林"],
        phonetic: Some((
            &["ひな", "れん", "ゆい", "ひろと", "あおい", "ゆうま", "みさき", "けんた"],
            &["さとう", "すずき", "たかはし", "たなか", "わたなべ", "やまもと", "こばやし"],
        )),
        latin: Some((
            &["hina", "ren", "yui", "hiroto", "aoi", "yuma", "misaki", "kenta"],
            &["sato", "suzuki", "takahashi", "tanaka", "watanabe", "yamamoto", "kobayashi"],
        )),
        homes: &[home!("京都市", "京都府", "604-8005", "日本", "jp", false, ["中京区恵比須町", "左京区北白川"])],
    },
    Culture {
        first: &["伟", "芳", "娜", "明轩", "丽", "子涵", "雨桐"],
        last: &["王", "李", "张", "刘", "陈", "杨"],
        phonetic: Some((
            &["Wěi", "Fāng", "Nà", "Míngxuān", "Lì", "Zǐhán", "Yǔtóng"],
            &["Wáng", "Lǐ", "Zhāng", "Liú", "Chén", "Yáng"],
        )),
        latin: Some((
            &["wei", "fang", "na", "mingxuan", "li", "zihan", "yutong"],
            &["wang", "li", "zhang", "liu", "chen", "yang"],
        )),
        homes: &[home!("杭州市", "浙江省", "310012", "中国", "cn", false, ["西湖区文三路", "拱墅区小河路"])],
    },
    Culture {
        first: &["서연", "민준", "지우", "도윤", "하은", "예준"],
        last: &["김", "이", "박", "최", "정"],
        phonetic: None,
        latin: Some((
            &["seoyeon", "minjun", "jiwoo", "doyun", "haeun", "yejun"],
            &["kim", "lee", "park", "choi", "jung"],
        )),
        homes: &[home!("부산", "", "48058", "대한민국", "kr", false, ["해운대로", "달맞이길"])],
    },
    Culture {
        first: &["ليلى", "عمر", "نور", "يوسف", "مريم", "سامي", "هالة"],
        last: &["حداد", "منصور", "الخطيب", "سليمان", "ناصر", "عبد الله"],
        phonetic: None,
        latin: Some((
            &["layla", "omar", "noor", "youssef", "mariam", "sami", "hala"],
            &["haddad", "mansour", "alkhatib", "suleiman", "nasser", "abdallah"],
        )),
        homes: &[home!("عمّان", "", "11181", "الأردن", "jo", false, ["شارع الرينبو", "شارع الجامعة"])],
    },
    Culture {
        first: &["נועה", "איתן", "תמר", "יונתן", "מאיה", "דניאל"],
        last: &["לוי", "מזרחי", "פרידמן", "כהן", "ברק"],
        phonetic: None,
        latin: Some((
            &["noa", "eitan", "tamar", "yonatan", "maya", "daniel"],
            &["levi", "mizrahi", "friedman", "cohen", "barak"],
        )),
        homes: &[home!("חיפה", "", "3303130", "ישראל", "il", false, ["שדרות הציונות", "רחוב הגפן"])],
    },
    Culture {
        first: &["Chidinma", "Tunde", "Amara", "Emeka", "Zainab", "Kwame", "Adaeze", "Kofi"],
        last: &["Okafor", "Adeyemi", "Balogun", "Mensah", "Eze", "Owusu", "Nwosu"],
        phonetic: None,
        latin: None,
        homes: &[home!("Lagos", "", "101241", "Nigeria", "ng", true, ["Palm Grove Road", "Marina Close"])],
    },
    Culture {
        first: &["Оксана", "Андрій", "Марія", "Богдан", "Соломія", "Тарас"],
        last: &["Шевчук", "Коваленко", "Бондар", "Мельник", "Ткаченко"],
        phonetic: None,
        latin: Some((
            &["oksana", "andriy", "mariya", "bohdan", "solomiya", "taras"],
            &["shevchuk", "kovalenko", "bondar", "melnyk", "tkachenko"],
        )),
        homes: &[home!("Львів", "", "79000", "Україна", "ua", false, ["вулиця Вірменська", "площа Ринок"])],
    },
    Culture {
        first: &["Elif", "Emre", "Zeynep", "Can", "Defne", "Kerem"],
        last: &["Yılmaz", "Demir", "Şahin", "Çelik", "Aydın"],
        phonetic: None,
        latin: Some((
            &["elif", "emre", "zeynep", "can", "defne", "kerem"],
            &["yilmaz", "demir", "sahin", "celik", "aydin"],
        )),
        homes: &[home!("İzmir", "", "35220", "Türkiye", "tr", false, ["Kıbrıs Şehitleri Caddesi", "Gül Sokak"])],
    },
];

pub(crate) const COMPANIES: &[&str] = &[
    "Copper Kettle Bakery",
    "Nordlicht Fahrradladen",
    "Blue Heron Dental",
    "Ostrich & Sons Plumbing",
    "Taller Girasol",
    "Maple Street Veterinary",
    "Studio Tiefenrausch",
    "Librairie du Tilleul",
    "Lantern Yoga",
    "Pizzeria La Lumaca",
    "Harbour Physio",
    "Sunny Side Kindergarten",
    "Moss & Fern Florist",
    "Quickwrench Garage",
    "喫茶ひだまり",
    "مخبز الياسمين",
    "Café Zweistein",
    "Tidewater Surf School",
];

pub(crate) const JOBS: &[(&str, &str)] = &[
    ("Product Designer", "Design"),
    ("Nurse", "Paediatrics"),
    ("Teacher", "Mathematics"),
    ("Software Engineer", "Platform"),
    ("Architect", "Housing"),
    ("Chef", "Kitchen"),
    ("Journalist", "Culture"),
    ("Marine Biologist", "Research"),
    ("Carpenter", "Workshop"),
    ("Translator", "Legal"),
    ("Pilot", "Operations"),
    ("Photographer", "Studio"),
    ("Accountant", "Finance"),
    ("Florist", "Weddings"),
    ("Violinist", "Orchestra"),
];

pub(crate) const NOTES: &[&str] = &[
    "Met at the pottery class.\nAllergic to nuts!",
    "Spare key is with the neighbour on the second floor.",
    "Loves black liquorice 🖤, hates coriander.",
    "Birthday present idea: the blue enamel pot.",
    "Kinder: Paul (2019) und Ida (2022).",
    "Prefers calls after 18:00.",
    "Gate code 4711, ring twice.",
    "Knows a good electrician.",
    "Plays the cello. Concert in May?",
];

pub(crate) const STREET_MAIL: &[&str] = &["example.com", "example.org", "example.net", "mail.example", "post.example"];
