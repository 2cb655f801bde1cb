//! Books that are one text: plain text, Markdown, HTML; and their languages.

use audiotome_book::{ReadOptions, read};
use audiotome_core::{BlockKind, Book, Language, LeftOutKind};

use crate::fixture::{
    Folder, SENTENCE, chapter_text, paragraphs, read_bytes, read_with, text, titles,
};

/// A paragraph of plain text in lines of about 70 characters.
const WRAPPED: &str = "The old clock struck again, and nobody in the quiet house was awake\n\
     to hear it, for the rain had sent all of them to bed well before the\n\
     evening was over.\n\n";
const UNWRAPPED: &str = "The old clock struck again, and nobody in the quiet house was awake to hear it, for the rain had sent all of them to bed well before the evening was over.";

fn plain(text: &str) -> Book {
    read_bytes("book.txt", text.as_bytes()).unwrap()
}

fn markdown(text: &str) -> Book {
    read_bytes("book.md", text.as_bytes()).unwrap()
}

fn html(body: &str) -> Book {
    let page =
        format!("<html lang='en'><head><title>A Page</title></head><body>{body}</body></html>");
    read_bytes("book.html", page.as_bytes()).unwrap()
}

fn language(book: &Book) -> Option<&str> {
    book.metadata.language.as_ref().map(Language::as_str)
}

#[test]
fn wrapped_lines_are_paragraphs_and_chapter_lines_headings() {
    let body = WRAPPED.repeat(3);
    for end in ["\n", "\r\n", "\r"] {
        let source = format!("CHAPTER I\n\nThe Rain\n\n{body}\nCHAPTER II\n\nThe Sun\n\n{body}");
        let book = plain(&source.replace('\n', end));
        assert_eq!(
            titles(&book),
            ["CHAPTER I: The Rain", "CHAPTER II: The Sun"]
        );
        let blocks = &book.chapters[1].blocks;
        assert_eq!(blocks[0].kind, BlockKind::Heading(2));
        assert_eq!(blocks.len(), 4, "{end:?}");
        assert_eq!(blocks[1].text, UNWRAPPED);
    }
}

#[test]
fn bare_numerals_in_order_are_chapters_and_years_are_none() {
    let body = WRAPPED.repeat(2);
    let book = plain(&format!(
        "I.\n\n{body}II.\n\n{body}1984\n\n{body}III.\n\n{body}"
    ));
    assert_eq!(titles(&book), ["I.", "II.", "III."]);
}

#[test]
fn numbered_titles_in_order_are_chapters_and_lists_are_none() {
    let body = WRAPPED.repeat(2) + "1. Bread.\n\n2. Milk.\n\n3. Rain.\n\n";
    let book = plain(&format!(
        "I. The Start\n\n{body}II. The Long Road\n\n{body}III. A Dog\n\n{body}"
    ));
    assert_eq!(
        titles(&book),
        ["I. The Start", "II. The Long Road", "III. A Dog"]
    );
    let book = plain(&format!("{WRAPPED}{body}"));
    assert_eq!(book.chapters.len(), 1);
    let sections = format!("1. Rain\n\n{WRAPPED}2. Sun\n\n{WRAPPED}3. Snow\n\n{WRAPPED}");
    let book = plain(&format!("Chapter 1\n\n{sections}Chapter 2\n\n{sections}"));
    assert_eq!(book.chapters.len(), 2);
}

#[test]
fn lists_of_contents_are_not_read_whatever_their_form() {
    let body = WRAPPED.repeat(3);
    let text_of = |titles: [&str; 3]| {
        let chapters = titles.map(|title| format!("{title}\n\n{body}"));
        chapters.concat()
    };
    let one_line = [
        "CHAPTER I. The Start",
        "CHAPTER II. The Long Road",
        "CHAPTER III. A Dog",
    ];
    let two_lines = [
        "CHAPTER I\n\nTHE START",
        "CHAPTER II\n\nTHE LONG ROAD",
        "CHAPTER III\n\nA DOG",
    ];
    let names = ["The Start", "The Long Road", "A Dog"];
    let numbers = ["I. The Start", "II. The Long Road", "III. A Dog"];
    for (list, headings) in [
        (
            "CONTENTS\n\nCHAPTER                PAGE\n\n    I. THE START           3\n   II. THE LONG ROAD     13\n  III. A DOG             23\n",
            two_lines,
        ),
        (
            "Contents\n\nCHAPTER I. The Start ...... 1\nCHAPTER II. The Long Road ..... 12\nCHAPTER III. A Dog . . . . 23\n",
            one_line,
        ),
        (
            "CONTENTS.\n\nCHAPTER I. The Start\n\nCHAPTER II. The Long Road\n\nCHAPTER III. A Dog\n",
            one_line,
        ),
        (
            "CHAPTER I. The Start\nCHAPTER II. The Long\n   Road\nCHAPTER III. A Dog\n",
            one_line,
        ),
        (
            "Contents\n\nI. The Start\nII. The Long Road\nIII. A Dog\n",
            numbers,
        ),
        (
            "Contents\n\nThe Start       1\nThe Long Road  12\nA Dog          23\nIndex          33\n",
            names,
        ),
    ] {
        let book = plain(&format!(
            "A preface of two words.\n\n{list}\n\n\n{}",
            text_of(headings)
        ));
        let expected = headings.map(|heading| heading.replace("\n\n", ": "));
        assert_eq!(titles(&book), expected, "{list}");
        let read = text(&book);
        assert_eq!(
            read.to_lowercase().matches("the start").count(),
            1,
            "{read}"
        );
        assert!(!read.to_lowercase().contains("contents"));
        assert_eq!(book.left_out[0].kind, LeftOutKind::Contents);
    }
}

#[test]
fn what_people_say_again_and_who_speaks_is_no_list_of_contents() {
    let persons = "HAMLET\n\nHORATIO\n\nOPHELIA\n\n";
    let speech =
        "HAMLET.\nThe old clock struck again, and nobody in the quiet house was awake.\n\n";
    let speeches = ["HAMLET", "HORATIO", "OPHELIA"].map(|name| speech.replace("HAMLET", name));
    let book = plain(&format!("{persons}{}", speeches.concat().repeat(9)));
    assert!(book.left_out.is_empty());

    let said = "\"Yes.\"\n\n\"No.\"\n\n\"Perhaps.\"\n\n";
    let book = plain(&format!("{said}{WRAPPED}{said}{}{said}", WRAPPED.repeat(9)));
    assert_eq!(text(&book).matches("Perhaps").count(), 3);
}

#[test]
fn pages_of_plain_text_leave_no_traces() {
    let words = ["house", "road", "town", "hill", "street", "room"];
    let mut source = String::new();
    for (page, word) in words.into_iter().enumerate() {
        if page > 0 {
            source += "\u{C}\nADA WRITER                THE RAIN\n\n";
            source += &format!("to hear it in the {word}.\n\n");
        }
        if page % 2 == 0 {
            source += &format!("Chapter {}\n\n", page / 2 + 1);
        }
        let line = format!("The clock struck again, and nobody in the {word} was awake");
        source += &format!("{WRAPPED}{line}\n\n                  {}\n", page + 7);
    }
    let book = plain(&source);
    assert_eq!(titles(&book), ["Chapter 1", "Chapter 2", "Chapter 3"]);
    let all = text(&book);
    assert!(!all.contains("WRITER") && !all.contains("10"), "{all}");
    assert_eq!(all.matches(" was awake to hear it in ").count(), 5, "{all}");
}

#[test]
fn numbers_of_pages_in_brackets_are_not_read() {
    let book = plain(&format!(
        "{WRAPPED}It was [Pg 12] late, {{13}}and the rain that sent them all to bed\n\n[Pg 13]\n\n{{14}}\n\nwent on{{15}} and on.\n\n{WRAPPED}"
    ));
    let all = text(&book);
    assert!(
        all.contains("It was late, and the rain that sent them all to bed went on and on."),
        "{all}"
    );
    let sets = plain(&format!(
        "{WRAPPED}The sets {{1}} and {{2}} differ.\n\n{WRAPPED}"
    ));
    assert!(text(&sets).contains("{1} and {2}"));
}

#[test]
fn underlined_titles_may_stand_directly_on_the_text() {
    let book = plain(&format!(
        "The Rain\n========\n\nChapter 1: It rains\n---------\n{WRAPPED}The end\n---------\n{WRAPPED}"
    ));
    assert_eq!(titles(&book), ["Chapter 1: It rains", "The end"]);
    assert_eq!(book.chapters[1].blocks[1].text, UNWRAPPED);
}

#[test]
fn a_short_rule_directly_below_a_long_line_is_a_break() {
    let line = "Nobody was there when the rain began, and so he went home again.";
    let book = plain(&format!("{WRAPPED}{line}\n---\n{WRAPPED}"));
    assert_eq!(book.chapters.len(), 1);
    let kinds = book.chapters[0].blocks.iter().map(|block| block.kind);
    let kinds: Vec<BlockKind> = kinds.collect();
    assert!(kinds.contains(&BlockKind::SceneBreak), "{kinds:?}");
    assert!(text(&book).contains(line) && !text(&book).contains("--"));
}

#[test]
fn hyphens_at_line_ends_go_where_the_word_is_known() {
    let book = plain(&format!(
        "{WRAPPED}The house was quiet, and the well-known sound of the clock came from the eve-\n\
         ning room, where a well-\nknown hand had wound it, for the sake of the house's peace.\n\n{WRAPPED}"
    ));
    assert!(text(&book).contains("from the evening room, where a well-known hand"));
}

#[test]
fn dialogue_in_indented_lines_stays_in_its_paragraphs() {
    // Most lines of a dialogue are first ones: their indentation was taken for the margin.
    let said = "   \"It rains,\" said the old man who had been sitting at the window all\nday.\n";
    let more = "   \"Let it rain,\" said the other one, who had not looked up from his book\nall day, nor would.\n";
    let book = plain(&(said.to_owned() + more).repeat(8));
    assert_eq!(book.chapters[0].blocks.len(), 16);
    assert!(
        book.chapters[0].blocks[0]
            .text
            .ends_with("at the window all day.")
    );
}

#[test]
fn verse_keeps_its_lines_and_stars_are_a_change_of_scene() {
    let verse = "  Tyger Tyger, burning bright,\n  In the forests of the night;\n\n";
    let book = plain(&format!("{WRAPPED}{WRAPPED}{verse}* * *\n\n{WRAPPED}"));
    let kinds: Vec<BlockKind> = book.chapters[0]
        .blocks
        .iter()
        .map(|block| block.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            BlockKind::Paragraph,
            BlockKind::Paragraph,
            BlockKind::Verse,
            BlockKind::SceneBreak,
            BlockKind::Paragraph
        ]
    );
    assert!(text(&book).contains("burning bright,\nIn the forests"));
}

#[test]
fn emphasis_and_notes_of_plain_text_are_not_read() {
    let book = plain(&format!(
        "{WRAPPED}It was _very_ late,[1] but snake_case stays as it is in this line.\n\n[1] A SECRET note.\n\n{WRAPPED}"
    ));
    let all = text(&book);
    assert!(
        all.contains("It was very late, but snake_case stays"),
        "{all}"
    );
    assert!(!all.contains("SECRET"));
    assert_eq!(book.left_out[0].kind, LeftOutKind::Notes);
}

#[test]
fn gutenbergs_header_and_licence_go_and_give_the_metadata() {
    let body = WRAPPED.repeat(3);
    let book = plain(&format!(
        "The Project Gutenberg EBook of The Rain, by Ada Writer\n\nTitle: The Rain\n\nAuthor: Ada Writer\n\n\
         Language: English\n\n*** START OF THIS PROJECT GUTENBERG EBOOK THE RAIN ***\n\nProduced by A. Volunteer\n\n\
         CHAPTER I\n\n{body}CHAPTER II\n\n{body}*** END OF THIS PROJECT GUTENBERG EBOOK THE RAIN ***\n\nThe LICENCE.\n"
    ));
    assert_eq!(book.metadata.title, "The Rain");
    assert_eq!(book.metadata.authors, ["Ada Writer"]);
    assert_eq!(language(&book), Some("en"));
    assert_eq!(titles(&book), ["CHAPTER I", "CHAPTER II"]);
    let all = text(&book);
    for silent in ["Gutenberg", "GUTENBERG", "LICENCE", "Volunteer"] {
        assert!(!all.contains(silent), "{silent}");
    }
}

#[test]
fn texts_without_a_title_are_called_like_their_file() {
    let folder = Folder::new();
    let path = folder.file("The Long Rain.txt", WRAPPED.as_bytes());
    let book = read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(book.metadata.title, "The Long Rain");
    assert_eq!(titles(&book), ["The Long Rain"]);
}

#[test]
fn legacy_encodings_are_recognised() {
    let russian = "Поздно вечером в дверь постучали. Никто не ждал гостей, и старик долго искал свечу. Дождь шёл не переставая третий день. ";
    let russian = russian.repeat(8);
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&russian);
    let book = read_bytes("book.txt", &bytes).unwrap();
    assert!(text(&book).contains("Дождь шёл не переставая"));
    assert_eq!(language(&book), Some("ru"));
}

#[test]
fn chinese_lines_join_without_a_space() {
    let line = "我在年青時候也曾經做過許多夢，後來大半忘卻了，但自己\n也並不以為可惜。\n\n";
    let book = plain(&format!("第一章\n\n{line}{line}第二章\n\n{line}{line}"));
    assert_eq!(titles(&book), ["第一章", "第二章"]);
    assert!(text(&book).contains("但自己也並不以為可惜。"));
    assert_eq!(language(&book), Some("zh"));
}

#[test]
fn markdown_has_front_matter_headings_and_code() {
    let body = [SENTENCE; 6].join(" ");
    let book = markdown(&format!(
        "---\ntitle: \"Rain: a Manual\"\nauthor:\n  - Ada Writer\n  - Bo Reader\nlang: en-GB\n---\n\n\
         # One\n\n{body} Use *the* `umbrella`.[^1]\n\n```sh\nshow --code\n```\n\n# Two {{#two .x}}\n\n{body}\n\n- first\n- second\n\n[^1]: A SECRET note.\n"
    ));
    assert_eq!(book.metadata.title, "Rain: a Manual");
    assert_eq!(book.metadata.authors, ["Ada Writer", "Bo Reader"]);
    assert_eq!(language(&book), Some("en-GB"));
    assert_eq!(titles(&book), ["One", "Two"]);
    let all = text(&book);
    assert!(
        all.contains("Use the umbrella.") && all.contains("show --code") && !all.contains("SECRET"),
        "{all}"
    );
    let last = book.chapters[1].blocks.last().unwrap();
    assert_eq!(
        (last.kind, last.text.as_str()),
        (BlockKind::ListItem, "second")
    );
}

#[test]
fn links_to_a_heading_by_its_name_are_read_without_brackets() {
    let body = [SENTENCE; 6].join(" ");
    let book = markdown(&format!(
        "# Old Clocks\n\n{body}\n\n# New Clocks\n\nSee [old clocks], or [the first][Old Clocks]; [sic] stays.\n\n{body}\n"
    ));
    assert!(
        text(&book).contains("See old clocks, or the first; [sic] stays."),
        "{}",
        text(&book)
    );
}

#[test]
fn html_skips_what_is_no_text() {
    let book = html(&format!(
        "<nav><a href='#a'>SECRET</a></nav><h2>One</h2><script>SECRET</script><p hidden>SECRET</p>\
         <p style='display: none'>SECRET</p><p>Water is H<sub>2</sub>O.<sup>3</sup> <del>SECRET</del>Really.</p>{0}<h2>Two</h2>{0}",
        paragraphs(3)
    ));
    assert_eq!(titles(&book), ["One", "Two"]);
    assert!(
        text(&book).contains("Water is H2O. Really."),
        "{}",
        text(&book)
    );
    assert!(!text(&book).contains("SECRET"));
}

#[test]
fn html_blocks_end_where_a_reader_sees_them_end() {
    let book = html(&format!(
        "<h2>One</h2>loose text<div>in a box</div><p><span class='dropcap'>T</span>he drop cap<br>and a line</p>\
         <table><tr><th>Name</th><th>Age</th></tr><tr><td>Ada</td><td>36</td></tr></table><hr>{}",
        paragraphs(3)
    ));
    let lines: Vec<&str> = book.chapters[0]
        .blocks
        .iter()
        .map(|block| block.text.as_str())
        .collect();
    assert_eq!(
        lines[1..4],
        ["loose text", "in a box", "The drop cap\nand a line"]
    );
    let table = lines[4..lines.len() - 3].join("|");
    assert!(
        table.contains("Name: Ada") && table.contains("Age: 36"),
        "{table}"
    );
    assert!(chapter_text(&book.chapters[0]).contains(SENTENCE));
}

#[test]
fn the_alternative_text_of_pictures_is_read_on_request() {
    let page = format!(
        "<p><img src='x.png' alt='A red barn.'></p>{}",
        paragraphs(2)
    );
    let options = ReadOptions {
        alt_text: true,
        ..ReadOptions::default()
    };
    let told = read_with("book.html", page.as_bytes(), &options).unwrap();
    let silent = read_bytes("book.html", page.as_bytes()).unwrap();
    assert!(text(&told).contains("A red barn.") && !text(&silent).contains("A red barn."));
}

#[test]
fn a_wrong_language_is_overruled_by_the_text_and_the_text_by_the_user() {
    let german = "Es war spät im Mai, und der Regen hatte noch nicht aufgehört. Niemand kam die Straße herauf, und im Haus war es still. ";
    let page = format!(
        "<html lang='en'><body>{}</body></html>",
        format!("<p>{}</p>", german.repeat(3)).repeat(8)
    );
    let book = read_bytes("book.html", page.as_bytes()).unwrap();
    assert_eq!(language(&book), Some("de"));
    let options = ReadOptions {
        language: Some(Language::new("nl")),
        ..ReadOptions::default()
    };
    let book = read_with("book.html", page.as_bytes(), &options).unwrap();
    assert_eq!(language(&book), Some("nl"));
}

#[test]
fn passages_in_another_language_keep_it() {
    let book = html(&format!(
        "{}<p lang='fr'>Il pleut sur la ville.</p><p lang='en-US'>It rains.</p>",
        paragraphs(4)
    ));
    let french = book.chapters[0]
        .blocks
        .iter()
        .find(|block| block.text.starts_with("Il pleut"))
        .unwrap();
    assert_eq!(french.language.as_ref().map(Language::as_str), Some("fr"));
    let others = book.chapters[0]
        .blocks
        .iter()
        .filter(|block| block.language.is_some());
    assert_eq!(others.count(), 1);
}

#[test]
fn remarks_name_chapters_whose_titles_are_not_spoken() {
    let body = format!("{SENTENCE} {SENTENCE}\n\n");
    let book = markdown(&format!(
        "<!-- chapter: I: Not a Word -->\n\n## I\n\n{body}# Two<br>Lines\n\n{body}<!-- chapter: Three -->\n\n{body}"
    ));
    assert_eq!(titles(&book), ["I: Not a Word", "Two: Lines", "Three"]);
    assert!(chapter_text(&book.chapters[0]).starts_with("I\nThe old"));
    assert!(chapter_text(&book.chapters[2]).starts_with("The old"));
    assert!(!text(&book).contains("Not a Word"));
}
