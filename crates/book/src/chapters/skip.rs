//! Parts that are usually read, and left out because somebody said so.

use std::collections::BTreeSet;

use audiotome_core::{BlockKind, Chapter, LeftOut, LeftOutKind};

use super::labels;
use crate::ReadOptions;
use crate::compose::scattered_part;
use crate::document::{Document, Entry};

/// What parts are called, in small letters and without numbers.
const LABELS: &[(LeftOutKind, &[&str])] = &[
    (
        LeftOutKind::Dedication,
        &[
            "dedication",
            "widmung",
            "dédicace",
            "dedicatoria",
            "dedica",
            "dedicatória",
            "opdracht",
            "tillägnan",
            "dedykacja",
            "věnování",
            "посвящение",
            "献辞",
            "献词",
        ],
    ),
    (
        LeftOutKind::Epigraph,
        &[
            "epigraph",
            "motto",
            "épigraphe",
            "epígrafe",
            "epigrafe",
            "эпиграф",
        ],
    ),
    (
        LeftOutKind::Foreword,
        &[
            "foreword",
            "geleitwort",
            "avant propos",
            "premessa",
            "ten geleide",
            "słowo wstępne",
        ],
    ),
    (
        LeftOutKind::Preface,
        &[
            "preface",
            "author s preface",
            "author s note",
            "vorwort",
            "vorrede",
            "préface",
            "prefacio",
            "prólogo del autor",
            "prefazione",
            "prefácio",
            "voorwoord",
            "förord",
            "forord",
            "esipuhe",
            "przedmowa",
            "předmluva",
            "előszó",
            "prefață",
            "предисловие",
            "передмова",
            "πρόλογος του συγγραφέα",
            "önsöz",
            "前言",
            "序",
            "序言",
            "自序",
            "まえがき",
            "はしがき",
            "머리말",
            "서문",
            "مقدمة المؤلف",
        ],
    ),
    (
        LeftOutKind::Introduction,
        &[
            "introduction",
            "einleitung",
            "einführung",
            "introducción",
            "introduzione",
            "introdução",
            "inleiding",
            "inledning",
            "indledning",
            "innledning",
            "johdanto",
            "wstęp",
            "wprowadzenie",
            "úvod",
            "bevezetés",
            "introducere",
            "введение",
            "вступление",
            "вступ",
            "εισαγωγή",
            "giriş",
            "引言",
            "导言",
            "導言",
            "序論",
            "서론",
            "مقدمة",
            "مقدمه",
            "प्रस्तावना",
        ],
    ),
    (
        LeftOutKind::Acknowledgements,
        &[
            "acknowledgements",
            "acknowledgments",
            "danksagung",
            "dank",
            "remerciements",
            "agradecimientos",
            "ringraziamenti",
            "agradecimentos",
            "dankwoord",
            "tack",
            "podziękowania",
            "poděkování",
            "благодарности",
            "подяки",
            "致谢",
            "致謝",
            "謝辞",
            "감사의 말",
            "شكر وتقدير",
        ],
    ),
    (
        LeftOutKind::Afterword,
        &[
            "afterword",
            "postscript",
            "nachwort",
            "postface",
            "epílogo del autor",
            "postfazione",
            "posfácio",
            "nawoord",
            "efterord",
            "etterord",
            "jälkisanat",
            "posłowie",
            "doslov",
            "utószó",
            "послесловие",
            "后记",
            "後記",
            "あとがき",
            "후기",
        ],
    ),
    (
        LeftOutKind::Appendix,
        &[
            "appendix",
            "appendices",
            "anhang",
            "annexe",
            "annexes",
            "apéndice",
            "appendice",
            "apêndice",
            "bijlage",
            "bilaga",
            "bilag",
            "vedlegg",
            "liite",
            "dodatek",
            "załącznik",
            "příloha",
            "függelék",
            "приложение",
            "додаток",
            "παράρτημα",
            "ek",
            "附录",
            "附錄",
            "付録",
            "부록",
            "ملحق",
        ],
    ),
    (
        LeftOutKind::Glossary,
        &[
            "glossary",
            "glossar",
            "glossaire",
            "glosario",
            "glossario",
            "glossário",
            "woordenlijst",
            "ordlista",
            "słowniczek",
            "глоссарий",
            "словарь",
            "词汇表",
            "詞彙表",
            "用語集",
        ],
    ),
];

/// Marks what `options` say is to be skipped.
pub(crate) fn leave_out(documents: &mut [Document], toc: &[Entry], options: &ReadOptions) {
    let skipped = kinds(options);
    if skipped.is_empty() {
        return;
    }
    for located in documents
        .iter_mut()
        .flat_map(|document| &mut document.blocks)
    {
        let found = skipped.iter().find(|kind| located.parts.contain(**kind));
        located.left_out = located.left_out.or(found.copied());
    }
    let kind = |label: &str| kind(label).filter(|kind| skipped.contains(kind));
    labels::leave_out_entries(documents, toc, kind);
    labels::leave_out_sections(documents, kind);
}

/// The kinds to skip: those that are named and what belongs to them, without what is to be read.
fn kinds(options: &ReadOptions) -> BTreeSet<LeftOutKind> {
    let is_skipped = |kind: LeftOutKind| options.skip.contains(&kind);
    let within = LeftOutKind::USUALLY_READ.into_iter();
    let within = within.filter(|kind| kind.within().is_some_and(is_skipped));
    let kinds: BTreeSet<_> = options.skip.iter().copied().chain(within).collect();
    &kinds - &options.include
}

/// What the part with this label is. Appendices have a title of their own after the word.
fn kind(label: &str) -> Option<LeftOutKind> {
    let label = labels::bare(label);
    let first = label.split(' ').next().unwrap_or_default();
    let named = |(kind, labels): &&(LeftOutKind, &[&str])| {
        labels.contains(&label.as_str())
            || *kind == LeftOutKind::Appendix && first.len() > 2 && labels.contains(&first)
    };
    LABELS.iter().find(named).map(|(kind, _)| *kind)
}

/// Takes the headings out of chapters that have more than these, where they are to be skipped. Only
/// afterwards, for chapters are cut at them.
pub(crate) fn leave_out_headings(
    chapters: &mut [Chapter],
    options: &ReadOptions,
) -> Option<LeftOut> {
    if !kinds(options).contains(&LeftOutKind::Headings) {
        return None;
    }
    let mut dropped = scattered_part(LeftOutKind::Headings);
    for chapter in chapters {
        let is_heading = |kind: BlockKind| matches!(kind, BlockKind::Heading(_));
        let speaks = |text: &str| text.chars().any(char::is_alphanumeric);
        let blocks = &mut chapter.blocks;
        if blocks
            .iter()
            .any(|block| !is_heading(block.kind) && speaks(&block.text))
        {
            blocks.retain(|block| {
                let heading = is_heading(block.kind);
                if heading {
                    dropped.add(block);
                }
                !heading
            });
        }
    }
    (dropped.characters > 0).then_some(dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_by_their_labels() {
        assert_eq!(kind("PREFACE"), Some(LeftOutKind::Preface));
        assert_eq!(kind("Author’s Note"), Some(LeftOutKind::Preface));
        assert_eq!(kind("1. Einleitung"), Some(LeftOutKind::Introduction));
        assert_eq!(kind("Appendix B: The Letters"), Some(LeftOutKind::Appendix));
        assert_eq!(kind("Послесловие"), Some(LeftOutKind::Afterword));
        assert_eq!(kind("The Introduction of Mr. Pickwick"), None);
        assert_eq!(kind(""), None);
    }

    #[test]
    fn front_matter_is_more_than_one_kind() {
        let options = ReadOptions {
            skip: [LeftOutKind::FrontMatter].into(),
            ..ReadOptions::default()
        };
        assert!(kinds(&options).contains(&LeftOutKind::Preface));
        assert!(!kinds(&options).contains(&LeftOutKind::Appendix));
    }
}
