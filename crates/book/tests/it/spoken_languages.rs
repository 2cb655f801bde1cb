//! What a narrator would say, in languages with a table of their own.

use crate::normalise::check;

#[test]
fn polish() {
    check(
        "pl",
        &[
            ("dr Nowak i św. Jan", "doktor Nowak i święty Jan"),
            ("np. tu, itd.", "na przykład tu, i tak dalej."),
            ("rozdział IV", "rozdział 4"),
            ("w XIX wieku", "w dziewiętnastym wieku"),
            ("XIX wiek", "dziewiętnasty wiek"),
            ("do połowy XIX w.", "do połowy dziewiętnastego wieku"),
            (
                "w 1985 roku",
                "w tysiąc dziewięćset osiemdziesiątym piątym roku",
            ),
            (
                "5 maja 1985 r.",
                "piątego maja tysiąc dziewięćset osiemdziesiątego piątego roku",
            ),
            ("Jan III Sobieski", "Jan trzeci Sobieski"),
            ("5 zł, 2 zł, 1 zł", "5 złotych, 2 złote, 1 złoty"),
            ("5 km, −5 °C", "5 kilometrów, minus 5 stopni Celsjusza"),
            ("50 % & 1 250", "50 procent i 1250"),
            ("10–12, 2004 - 2007", "10 do 12, 2004 do 2007"),
            ("2½", "2 i pół"),
        ],
    );
}

#[test]
fn greek() {
    check(
        "el",
        &[
            ("κ. Παπαδόπουλος", "κύριος Παπαδόπουλος"),
            ("π.χ. εδώ, κ.λπ.", "παραδείγματος χάριν εδώ, και λοιπά."),
            ("κεφάλαιο IV", "κεφάλαιο 4"),
            ("στον 20ό αιώνα", "στον εικοστό αιώνα"),
            ("5 € και 3,50 €", "5 ευρώ και 3 ευρώ και 50"),
            ("5 χλμ. δρόμος", "5 χιλιόμετρα δρόμος"),
            ("50 % & ½", "50 τοις εκατό και μισό"),
            ("10–12", "10 έως 12"),
        ],
    );
}

#[test]
fn arabic_and_persian() {
    check(
        "ar",
        &[
            ("٣٫٥", "3 فاصلة 5"),
            ("٥٠٪", "50 بالمئة"),
            ("5 كم", "5 كيلومتر"),
            ("$5", "5 دولار"),
            ("10–12", "10 إلى 12"),
            ("-5", "ناقص 5"),
        ],
    );
    check(
        "fa",
        &[
            ("۳٫۵", "3 ممیز 5"),
            ("۵۰٪", "50 درصد"),
            ("۱۲–۱۰", "12 تا 10"),
            ("می\u{200C}روم", "می\u{200C}روم"),
        ],
    );
}

#[test]
fn hindi() {
    check(
        "hi",
        &[
            ("डॉ. शर्मा", "डॉक्टर शर्मा"),
            ("₹ 500", "500 रुपये"),
            ("₹1,25,000", "125000 रुपये"),
            ("५ किमी", "5 किलोमीटर"),
            ("५०%", "50 प्रतिशत"),
            ("12:30", "12 बजकर 30 मिनट"),
            ("10–12", "10 से 12"),
            ("½", "आधा"),
            ("क्\u{200D}ष", "क्\u{200D}ष"),
        ],
    );
}

#[test]
fn chinese() {
    check(
        "zh",
        &[
            ("１９８５年", "1985年"),
            ("走了5km的路", "走了5公里的路"),
            ("50%的人", "百分之50的人"),
            ("￥3.5", "3点5元"),
            ("3.5", "3点5"),
            ("12:30", "12点30分"),
            ("10-12天", "10到12天"),
            ("1985-05-03", "1985年5月3日"),
            ("25℃", "25摄氏度"),
            ("½", "二分之一"),
            ("三毛猫……", "三毛猫。"),
        ],
    );
}

#[test]
fn japanese() {
    check(
        "ja",
        &[
            ("「はい」と彼は言った……。", "「はい」と彼は言った。"),
            ("三毛猫——", "三毛猫。"),
            ("１９８５年", "1985年"),
            ("5km先", "5キロメートル先"),
            ("50%", "50パーセント"),
            ("￥500", "500円"),
            ("12:30", "12時30分"),
            ("10〜12日", "10〜12日"),
            ("10–12日", "10から12日"),
            ("3.5", "3点5"),
        ],
    );
}

#[test]
fn russian_dates_and_years() {
    check(
        "ru",
        &[
            (
                "5 мая 1985 года",
                "пятого мая тысяча девятьсот восемьдесят пятого года",
            ),
            ("в 1985 году", "в тысяча девятьсот восемьдесят пятом году"),
            ("к 2000 году", "к двухтысячному году"),
            ("1812 год", "тысяча восемьсот двенадцатый год"),
            ("в XIX в.", "в девятнадцатом веке"),
            ("Пётр I, Петра III", "Пётр первый, Петра третьего"),
            (
                "05.01.1995",
                "пятого января тысяча девятьсот девяносто пятого года",
            ),
            ("1 250 рублей", "1250 рублей"),
            ("−5 °C", "минус 5 градусов Цельсия"),
            ("3 млн ₽", "3 млн рублей"),
            ("палата N 6", "палата номер 6"),
            ("5\n$ 3", "5, 3 доллара"),
        ],
    );
}

#[test]
fn german_years_and_dates() {
    check(
        "de",
        &[
            ("im Jahr 1985", "im Jahr 19hundert85"),
            ("1.985 Euro", "1.985 Euro"),
            ("1800 und 2005", "18hundert und 2005"),
            ("am 5.1.1995", "am fünften Januar 19hundert95"),
            ("1995-01-05", "fünfter Januar 19hundert95"),
            (
                "im 2. Weltkrieg, die 3. Auflage",
                "im zweiten Weltkrieg, die dritte Auflage",
            ),
            (
                "Am 3. Tag saß er in der 3. Klasse; der 3. Tag",
                "Am dritten Tag saß er in der dritten Klasse; der dritte Tag",
            ),
            (
                "3. Akt, 2. Szene. 1. Kapitel",
                "dritter Akt, zweite Szene. erstes Kapitel",
            ),
            (
                "ein 2. Buch, sein 60. Geburtstag, zur 2. Stunde",
                "ein zweites Buch, sein sechzigster Geburtstag, zur zweiten Stunde",
            ),
            ("x² und −5", "x hoch zwei und minus 5"),
            ("2½ Stunden", "2 einhalb Stunden"),
            ("3 Mio. €", "3 Millionen Euro"),
        ],
    );
}

#[test]
fn romance_ordinals_dates_and_fractions() {
    check(
        "es",
        &[
            ("el 1.º y la 3.ª", "el primero y la tercera"),
            ("el 21.º", "el 21º"),
            ("el 5/1/1995", "el 5 de enero de 1995"),
            ("½ y 3/4", "medio y tres cuartos"),
            ("25 m²", "25 metros cuadrados"),
            ("de 10–12", "de 10 a 12"),
            ("−5 y x³", "menos 5 y x al cubo"),
        ],
    );
    check(
        "fr",
        &[
            ("1 250 soldats", "1250 soldats"),
            ("2½ et 1/2", "2 et demi et un demi"),
            ("le 5/1/1995", "le 5 janvier 1995"),
            ("le 22nd, le 2nd", "le 22nd, le second"),
            ("Ve République", "cinquième République"),
        ],
    );
    check(
        "it",
        &[
            ("il 5/1/1995", "il 5 gennaio 1995"),
            ("Caterina II", "Caterina seconda"),
        ],
    );
    check(
        "pt",
        &[
            ("em 5/1/1995", "em 5 de janeiro de 1995"),
            ("a 2.ª vez", "a segunda vez"),
        ],
    );
}

#[test]
fn dutch() {
    check(
        "nl",
        &[
            ("de 3e en de 19e", "de derde en de negentiende"),
            ("Willem III", "Willem de derde"),
            ("de XIX eeuw", "de negentiende eeuw"),
            ("om 17.30 uur", "om 17 uur 30"),
            ("½ of 3/4", "een half of drie kwart"),
        ],
    );
}

#[test]
fn capitals_keep_the_letters_of_their_language() {
    check(
        "el",
        &[("Ο ΝΟΜΟΣ ΚΑΙ ΟΙ ΑΝΘΡΩΠΟΙ", "Ο Νομος Και Οι Ανθρωποι")],
    );
    check("tr", &[("IŞIK VE ISI", "Işık Ve Isı")]);
}

#[test]
fn angles_in_other_languages() {
    check(
        "de",
        &[
            (
                "45°30′15″N, 1°20′O",
                "45 Grad 30 Minuten 15 Sekunden Nord, 1 Grad 20 Minuten Ost",
            ),
            ("45°X", "45 Grad X"),
            ("20°Celsius", "20 Grad Celsius"),
        ],
    );
    check(
        "fr",
        &[
            ("45° 30′ O", "45 degrés 30 minutes ouest"),
            ("à 20° S’il", "à 20 degrés S’il"),
        ],
    );
    check(
        "es",
        &[(
            "45º30'N, el 3º E",
            "45 grados 30 minutos norte, el tercero E",
        )],
    );
    check("it", &[("1° 1′ 1″ E", "1 grado 1 minuto 1 secondo est")]);
    check("pt", &[("45°30′S", "45 graus 30 minutos sul")]);
    check("nl", &[("45°30′Z", "45 graden 30 minuten zuid")]);
    check("pl", &[("45°32′N", "45 stopni 32 minuty N")]);
    check("ru", &[("45°32′", "45 градусов 32 минуты")]);
}
