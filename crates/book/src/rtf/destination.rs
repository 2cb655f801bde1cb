//! Where the text of a group goes.

/// What a group holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Destination {
    /// The text.
    #[default]
    Text,
    /// A footnote or endnote.
    Note,
    /// The table of fonts, with their character sets.
    Fonts,
    /// The table of styles.
    Styles,
    /// A fact about the document.
    Title,
    Author,
    Subject,
    Comment,
    /// What is not read.
    Nothing,
}

/// Where the group that begins with this word goes, if elsewhere than the one around it.
pub(super) fn of_word(word: &str) -> Option<Destination> {
    Some(match word {
        "footnote" => Destination::Note,
        "fonttbl" => Destination::Fonts,
        "stylesheet" => Destination::Styles,
        "title" => Destination::Title,
        "author" => Destination::Author,
        "subject" => Destination::Subject,
        "doccomm" => Destination::Comment,
        "colortbl" | "pict" | "object" | "header" | "headerl" | "headerr" | "headerf"
        | "footer" | "footerl" | "footerr" | "footerf" | "fldinst" | "info" | "listtext"
        | "pntext" | "pntxta" | "pntxtb" | "xe" | "tc" | "tcn" | "rxe" | "nonshppict"
        | "bkmkstart" | "bkmkend" | "revtbl" | "listtable" | "listoverridetable" | "filetbl"
        | "template" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep" | "aftnsepc" | "aftncn"
        | "private" | "datafield" | "formfield" | "annotation" | "atnid" | "atnauthor"
        | "atndate" | "themedata" | "colorschememapping" | "latentstyles" | "datastore"
        | "generator" | "userprops" | "xmlnstbl" | "rsidtbl" | "mmathPr" | "keywords"
        | "operator" | "company" | "category" | "manager" | "hlinkbase" | "creatim" | "revtim"
        | "printim" | "buptim" | "shpinst" | "do" => Destination::Nothing,
        _ => return None,
    })
}
