//! Where sentences end, language by language. A bar stands where one ends.

use audiotome_book::sentences;
use audiotome_core::Language;

fn check(language: &str, cases: &[&str]) {
    for case in cases {
        let text = case.replace(" |", "").replace('|', "");
        let marked = case.replace(" | ", "|");
        let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
        assert_eq!(
            sentences(&text, &Language::new(language)),
            expected,
            "{language}"
        );
    }
}

#[test]
fn marks_end_sentences() {
    check(
        "en",
        &[
            "The rain stopped. | Nobody spoke! | Who was there? | He knew…",
            "No!! | Really?! | Yes.",
            "She waited... | Then she left.",
            "She waited... then she left.",
            "It was, well . . . nothing. | He paused . . . . | She left.",
            "She left. | . . . He stayed.",
            "The door opened.|No one came in.",
        ],
    );
}

#[test]
fn abbreviations_do_not() {
    check(
        "en",
        &[
            "Mr. and Mrs. Bell saw Dr. Gray on Mt. Rigi.",
            "He read pp. 5 and 6, vol. II, fig. 3, etc. in no. 7.",
            "He said no. | He meant it.",
            "Bring pens, paper, etc. | We begin at noon.",
            "She works for Gray & Co. in town. | They sell tea.",
            "They left Gray & Co. | It had failed.",
            "He came at 5 p.m. | The train was late.",
            "At 5 p.m. Mrs. Bell came.",
            "The U.S. Navy sailed. | They live in the U.S. | We do not.",
            "J. R. Bell and P.G. Gray met. | It was plan B. | They knew.",
            "He has a Ph.D. in law, i.e. he reads.",
        ],
    );
}

#[test]
fn numbers_and_addresses_hold_together() {
    check(
        "en",
        &[
            "It cost $3.50. | He paid 4.",
            "Version 1.2.3 came out. | Ask a.bell@mail.example.com. | He knows.",
            "See https://www.example.org/A.B?c=D. | It is all there.",
            "He was born in 1950. | In 1960 he left.",
            "It happened in A.D. 79 in Rome. | It was in 79 A.D. | The town fell.",
            "He paid £3 5s. 6d. for it. | He left.",
            "It was in the 1920s. | 15 years later she was in her 20s. | 10 men came.",
            "See Eq. (2) and 1 Cor. 13:4 there. | He read.",
        ],
    );
}

#[test]
fn quotations_and_brackets_stay_whole() {
    check(
        "en",
        &[
            "“Come in. Sit down!” she said. | He did.",
            "“Are you cold?” she asked. | “No.” | He shook his head.",
            "She said, \"It is late. Go home.\" | He went.",
            "'It is late. Go home!' he said. | She went.",
            "He (the younger one. The fool!) laughed. | She did not.",
            "“Wait—” | The line was dead.",
            "“He began this. | Nobody ended it, and he went. | So did she.",
            "The dogs' bowl isn't full. | 'Tis empty.",
        ],
    );
}

#[test]
fn items_of_lists_are_sentences() {
    check(
        "en",
        &[
            "1. Take two eggs | 2. Add milk | 3. Stir",
            "a) red | b) green | c) blue",
            "1.) One thing. | 2.) Another thing.",
            "• butter | • cheese",
            "(i) He came. | (ii) He saw.",
            "He won 3. | Then he lost 4) games.",
        ],
    );
}

#[test]
fn notes_belong_to_what_they_are_about() {
    check(
        "en",
        &[
            "It was so.[1] | Others doubt it.[2][3] | We do not.",
            "It was so.12 | Others doubt it.",
            "It was so.¹ | Others doubt it.",
        ],
    );
}

#[test]
fn lines_end_sentences() {
    check("en", &["The Sea\n|A Novel\n|1899"]);
    assert_eq!(
        sentences("It was \nlate.", &Language::new("en")),
        ["It was \nlate."]
    );
}

#[test]
fn german() {
    check(
        "de",
        &[
            "Er kam am 3. Mai. | Es regnete.",
            "Der 2. Weltkrieg begann. | Das steht auf S. 12. | Dort steht es.",
            "Es gab z. B. Äpfel u. a. Obst, d. h. genug. | Alle aßen.",
            "Dr. Huber wohnt in der Hauptstr. 5 bei Frau Prof. Klein.",
            "„Komm. Setz dich!“, sagte sie. | Er setzte sich.",
            "»Wohin?«, fragte er. | »Nach Hause.« | Sie ging.",
            "Am 3. 4. 1999 kam er an. | Er blieb.",
            "Am 1. und 2. Tag kam er nicht. | Die 1.–3. Klasse war am 1./2. Mai da.",
            "Er hatte 5. | Und 2. | Das war alles.",
            "Ludwig XIV. König zu nennen, wagte keiner.",
        ],
    );
}

#[test]
fn french() {
    check(
        "fr",
        &[
            "M. Dupont et Mme. Roy vivent ici. | Ils lisent.",
            "« Venez. Entrez ! » dit-elle. | Il entra.",
            "Il a dit : « Je pars. » | Elle resta.",
            "Voir p. 12, chap. 3, etc. | Le reste suit.",
            "Qui est là ? | Personne !",
            "Jésus, né en 4 av. J.-C., est là. | On le dit.",
        ],
    );
}

#[test]
fn romance_languages() {
    check(
        "es",
        &[
            "El Sr. López y la Dra. Ruiz llegaron. | ¿Quién llamó? | ¡Nadie!",
            "Vive en EE. UU. desde 1990. | Es feliz.",
            "—¿Vienes? —preguntó ella. | —Sí. | Se fueron.",
        ],
    );
    check(
        "it",
        &[
            "Il sig. Rossi e la sig.ra Bianchi partono. | È tardi.",
            "L'avv. Verdi legge l'art. 5. | Poi esce.",
        ],
    );
    check(
        "pt",
        &[
            "O Sr. Silva e a Dra. Lima saíram. | Era tarde.",
            "Veja a pág. 12. | Depois feche o livro.",
        ],
    );
    check("ro", &["Dl. Popescu a plecat. | Era noapte."]);
}

#[test]
fn germanic_languages() {
    check(
        "nl",
        &["Dhr. Jansen en mevr. Smit komen o.a. morgen. | Het regent."],
    );
    check(
        "da",
        &["Hr. Holm kom den 3. maj. | Det regnede bl.a. hele dagen."],
    );
    check("sv", &["Dr. Ek köpte t.ex. äpplen. | Det regnade."]);
    check("nb", &["Hr. Lie kom den 3. mai. | Det regnet."]);
}

#[test]
fn slavic_languages() {
    check(
        "ru",
        &[
            "А. С. Пушкин родился в 1799 г. в Москве. | Он писал.",
            "— Кто там? — спросил он. | — Никого. | Она ушла.",
            "«Ты где?» — спросила она. | Он молчал.",
            "Купили хлеб, соль и т.д. | Потом ушли.",
            "На ул. Мира, д. 5, живёт проф. Иванов.",
        ],
    );
    check("uk", &["Він жив на вул. Миру. | Потім поїхав."]);
    check("bg", &["Проф. Иванов живее на ул. Витоша. | Той чете."]);
    check(
        "pl",
        &["Dr Nowak i prof. Lis przyszli ok. południa. | Padało."],
    );
    check(
        "cs",
        &["Přišel 3. května s Ing. Novákem, tj. pozdě. | Pršelo."],
    );
    check("sk", &["Firma Drevo s. r. o. vznikla 3. mája. | Pršalo."]);
}

#[test]
fn other_alphabets() {
    check("el", &["Πού είναι; | Εδώ. | Ο κ. Νίκος ήρθε."]);
    check("hy", &["Նա եկավ: | Անձրև էր: | Ո՞վ էր նա:"]);
    check("ar", &["أين هو؟ | لا أعرف. | جاء د. أحمد."]);
    check("fa", &["او کجاست؟ | نمی‌دانم. | آمد!"]);
    check("ur", &["وہ کہاں ہے؟ | یہاں ہے۔ | ٹھیک ہے۔"]);
    check("he", &["איפה הוא? | אני לא יודע. | הוא בא."]);
    check("hi", &["वह कहाँ है? | वह यहाँ है। | डॉ. राव आए।"]);
    check("am", &["ሰላም ነው።| መልካም ቀን።"]);
    check("my", &["နေကောင်းလား။| ကောင်းပါတယ်။"]);
    check("kk", &["Ол келді. | Б.з.б. 5 ғасырда т. б. болды."]);
    check("tr", &["Dr. Kaya geldi. | Yağmur vb. yoktu."]);
    check("fi", &["Hän tuli 3. toukokuuta esim. junalla. | Satoi."]);
    check("hu", &["Dr. Nagy megjött. | Esett stb. | Aztán elment."]);
}

#[test]
fn chinese_and_japanese_need_no_spaces() {
    check(
        "zh",
        &[
            "他来了。|她问：“你去哪儿？回家吗？”|他没说话。",
            "我看了《去吧！少年》。|好看！",
        ],
    );
    check(
        "ja",
        &[
            "雨だった。|「どこへ行くの？帰るの？」と彼女は聞いた。|彼は黙った。",
            "税率は３．５％です。|高い！",
        ],
    );
}

#[test]
fn an_unknown_language_has_the_usual_abbreviations() {
    check("eo", &["Dr. Zam venis. | Li vidis, etc. | Neniu parolis."]);
}
