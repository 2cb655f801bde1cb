//! Parts that are left out by what their heading or entry calls them.

mod plural;

use audiotome_core::{BlockKind, LeftOutKind};

use crate::document::{Document, Entry};

/// Share of the book, in percent, that a label can leave out.
const MOST: usize = 30;
/// Share of the book, in percent, that counts as its beginning and its end.
const EDGE: usize = 25;

const LABELS: &[(LeftOutKind, &[&str])] = &[
    (
        LeftOutKind::Cover,
        &[
            "cover",
            "front cover",
            "back cover",
            "umschlag",
            "einband",
            "titelbild",
            "couverture",
            "cubierta",
            "portada",
            "copertina",
            "capa",
            "omslag",
            "okładka",
            "обложка",
            "封面",
            "表紙",
            "غلاف",
            "الغلاف",
        ],
    ),
    (
        LeftOutKind::TitlePage,
        &[
            "title page",
            "titlepage",
            "title",
            "half title",
            "half title page",
            "halftitle",
            "halftitlepage",
            "titelseite",
            "titelblatt",
            "titel",
            "page de titre",
            "titre",
            "portadilla",
            "página de título",
            "frontespizio",
            "folha de rosto",
            "página de rosto",
            "titelpagina",
            "titelsida",
            "strona tytułowa",
            "титульный лист",
            "扉",
            "扉页",
            "صفحة العنوان",
        ],
    ),
    (
        LeftOutKind::Copyright,
        &[
            "copyright",
            "copyright page",
            "copyright notice",
            "imprint",
            "colophon",
            "uncopyright",
            "legal notice",
            "about this ebook",
            "impressum",
            "kolophon",
            "droits d auteur",
            "mentions légales",
            "achevé d imprimer",
            "créditos",
            "derechos de autor",
            "aviso legal",
            "página de créditos",
            "colofón",
            "note legali",
            "crediti",
            "colofon",
            "ficha técnica",
            "direitos autorais",
            "créditos e copyright",
            "auteursrecht",
            "kolofon",
            "выходные данные",
            "авторские права",
            "版权",
            "版权页",
            "版權頁",
            "奥付",
            "この文書について",
            "この電子書籍について",
            "the full project gutenberg license",
            "project gutenberg license",
            "full project gutenberg license",
        ],
    ),
    (
        LeftOutKind::Contents,
        &[
            "contents",
            "table of contents",
            "toc",
            "list of figures",
            "list of tables",
            "list of illustrations",
            "illustrations",
            "list of examples",
            "inhalt",
            "inhaltsverzeichnis",
            "abbildungsverzeichnis",
            "tabellenverzeichnis",
            "sommaire",
            "table des matières",
            "table",
            "liste des figures",
            "liste des tableaux",
            "table des illustrations",
            "índice",
            "índice general",
            "tabla de contenidos",
            "contenido",
            "contenidos",
            "indice dei contenuti",
            "sommario",
            "indice generale",
            "sumário",
            "conteúdo",
            "inhoud",
            "inhoudsopgave",
            "innehåll",
            "innehållsförteckning",
            "indhold",
            "indholdsfortegnelse",
            "innhold",
            "sisällys",
            "sisällysluettelo",
            "spis treści",
            "obsah",
            "tartalom",
            "tartalomjegyzék",
            "cuprins",
            "содержание",
            "оглавление",
            "зміст",
            "съдържание",
            "περιεχόμενα",
            "içindekiler",
            "目录",
            "目錄",
            "目次",
            "もくじ",
            "차례",
            "목차",
            "المحتويات",
            "فهرس المحتويات",
            "الفهرس",
            "فهرست",
            "תוכן העניינים",
            "विषय सूची",
            "विषयसूची",
            "mục lục",
            "daftar isi",
            "landmarks",
            "page list",
            "navigation",
            "навигация",
        ],
    ),
    (
        LeftOutKind::Index,
        &[
            "index",
            "general index",
            "register",
            "sachregister",
            "personenregister",
            "stichwortverzeichnis",
            "index général",
            "índice analítico",
            "índice alfabético",
            "índice onomástico",
            "indice analitico",
            "indice dei nomi",
            "índice remissivo",
            "skorowidz",
            "indeks",
            "rejstřík",
            "указатель",
            "предметный указатель",
            "именной указатель",
            "索引",
            "さくいん",
            "찾아보기",
            "search page",
        ],
    ),
    (
        LeftOutKind::Bibliography,
        &[
            "bibliography",
            "references",
            "works cited",
            "selected bibliography",
            "bibliographie",
            "literaturverzeichnis",
            "quellenverzeichnis",
            "literatur",
            "références",
            "bibliografía",
            "referencias",
            "bibliografia",
            "riferimenti bibliografici",
            "referências",
            "literatuur",
            "litteratur",
            "bibliografie",
            "библиография",
            "список литературы",
            "литература",
            "参考文献",
            "參考文獻",
            "참고 문헌",
            "참고문헌",
        ],
    ),
    (
        LeftOutKind::Notes,
        &[
            "notes",
            "endnotes",
            "footnotes",
            "end notes",
            "anmerkungen",
            "fußnoten",
            "endnoten",
            "notes de bas de page",
            "notes de fin",
            "notas",
            "notas al pie",
            "notas finales",
            // Italian and Romanian; see `plural`.
            "note",
            "note a piè di pagina",
            "notas de rodapé",
            "noten",
            "voetnoten",
            "eindnoten",
            "noter",
            "fotnoter",
            "przypisy",
            "poznámky",
            "jegyzetek",
            "примечания",
            "сноски",
            "примітки",
            "σημειώσεις",
            "notlar",
            "注释",
            "註釋",
            "注釈",
            "脚注",
            "注",
            "註",
            "주석",
            "각주",
            "الهوامش",
        ],
    ),
];

/// Why a part with this label is not read.
pub(super) fn kind(labelled: &str) -> Option<LeftOutKind> {
    let label = bare(labelled);
    LABELS
        .iter()
        .find(|(_, labels)| labels.contains(&label.as_str()))
        .map(|(kind, _)| *kind)
}

/// The words of a label in small letters, without numbers and marks.
pub(super) fn bare(label: &str) -> String {
    let words: Vec<String> = label
        .split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .filter(|word| !word.is_empty() && !word.chars().all(char::is_numeric))
        .map(str::to_lowercase)
        .take(8)
        .collect();
    words.join(" ")
}

/// Vowel signs are no letters, but parts of words.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}' | '\u{0E30}'..='\u{0E4E}')
}

/// Leaves out what the table of contents labels as a part of some `kind`, up to the next entry that
/// is not below it.
pub(super) fn leave_out_entries(
    documents: &mut [Document],
    toc: &[Entry],
    kind: impl Fn(&str) -> Option<LeftOutKind>,
) {
    let mut flat = Vec::new();
    flatten(documents, toc, 0, &mut flat);
    let one_note = plural::names_one_note(documents, flat.iter().map(|entry| entry.label));
    let kind = |label: &str| kind(label).filter(|_| !(one_note && plural::is_note(label)));
    let total = total(documents);
    for index in 0..flat.len() {
        let entry = &flat[index];
        let Some(kind) = kind(entry.label) else {
            continue;
        };
        let is_next = |next: &&Flat| (next.document, next.block) > (entry.document, entry.block);
        let below = |next: &&Flat| next.order > entry.order && next.order <= entry.last_below;
        let next = flat
            .iter()
            .filter(is_next)
            .filter(|next| !below(next))
            .min_by_key(|next| (next.document, next.block));
        // A file that no entry names is not part of this one: it ends with its own file.
        let end = next
            .filter(|next| next.document == entry.document)
            .map(|next| next.block);
        let (document, block) = (entry.document, entry.block);
        let blocks = &mut documents[document].blocks;
        let end = end.unwrap_or(blocks.len());
        mark(blocks.get_mut(block..end).unwrap_or_default(), kind, total);
    }
}

struct Flat<'a> {
    label: &'a str,
    document: usize,
    block: usize,
    /// Number in the table, and that of the last entry below this one.
    order: usize,
    last_below: usize,
}

fn flatten<'a>(
    documents: &[Document],
    entries: &'a [Entry],
    from: usize,
    flat: &mut Vec<Flat<'a>>,
) -> usize {
    let mut order = from;
    for entry in entries {
        let own = order;
        order += 1;
        let at = flat.len();
        if let Some((document, anchor)) = &entry.target {
            let anchors = documents.get(*document).map(|document| &document.anchors);
            let block = anchors
                .and_then(|anchors| anchors.get(anchor.as_ref()?))
                .copied();
            flat.push(Flat {
                label: &entry.label,
                document: *document,
                block: block.unwrap_or(0),
                order: own,
                last_below: own,
            });
        }
        order = flatten(documents, &entry.children, order, flat);
        if let Some(flat) = flat.get_mut(at).filter(|flat| flat.order == own) {
            flat.last_below = order - 1;
        }
    }
    order
}

/// Leaves out sections by the `kind` that their heading names: lists of contents and the like at the
/// beginning of the book, indexes and notes at its end.
pub(super) fn leave_out_sections(
    documents: &mut [Document],
    kind: impl Fn(&str) -> Option<LeftOutKind>,
) {
    let headings = documents
        .iter()
        .flat_map(|document| &document.blocks)
        .filter(|located| matches!(located.block.kind, BlockKind::Heading(_)))
        .map(|located| located.block.text.as_str());
    let one_note = plural::names_one_note(documents, headings);
    let kind = |label: &str| kind(label).filter(|_| !(one_note && plural::is_note(label)));
    let total = total(documents);
    let mut passed = 0;
    for document in documents {
        let mut at = 0;
        while at < document.blocks.len() {
            let block = &document.blocks[at];
            let position = passed * 100 / total.max(1);
            passed += block.characters();
            let found = match block.block.kind {
                BlockKind::Heading(level) if block.left_out.is_none() => kind(&block.block.text)
                    .filter(|kind| is_at_its_place(*kind, position))
                    .map(|kind| (kind, level)),
                _ => None,
            };
            let Some((kind, level)) = found else {
                at += 1;
                continue;
            };
            let end = section_end(document, at, level);
            passed += document.blocks[at + 1..end]
                .iter()
                .map(crate::document::Located::characters)
                .sum::<usize>();
            mark(&mut document.blocks[at..end], kind, total);
            at = end;
        }
    }
}

fn is_at_its_place(kind: LeftOutKind, position: usize) -> bool {
    match kind {
        LeftOutKind::Cover
        | LeftOutKind::TitlePage
        | LeftOutKind::Contents
        | LeftOutKind::Dedication
        | LeftOutKind::Epigraph
        | LeftOutKind::Foreword
        | LeftOutKind::Preface
        | LeftOutKind::Introduction => position <= EDGE,
        LeftOutKind::Copyright | LeftOutKind::Acknowledgements => {
            position <= EDGE || position >= 100 - EDGE
        }
        _ => position >= 100 - EDGE,
    }
}

/// The section of the heading at `at` ends with the next heading of its level or a higher one.
fn section_end(document: &Document, at: usize, level: u8) -> usize {
    let ends = |located: &crate::document::Located| matches!(located.block.kind, BlockKind::Heading(own) if own <= level);
    let rest = &document.blocks[at + 1..];
    at + 1 + rest.iter().position(ends).unwrap_or(rest.len())
}

fn mark(blocks: &mut [crate::document::Located], kind: LeftOutKind, total: usize) {
    let characters: usize = blocks
        .iter()
        .map(crate::document::Located::characters)
        .sum();
    if characters * 100 > total * MOST {
        return;
    }
    for block in blocks {
        block.left_out.get_or_insert(kind);
    }
}

fn total(documents: &[Document]) -> usize {
    documents.iter().map(Document::characters).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_in_many_languages() {
        assert_eq!(kind("CONTENTS"), Some(LeftOutKind::Contents));
        assert_eq!(kind("12. Table of contents:"), Some(LeftOutKind::Contents));
        assert_eq!(kind("Inhaltsverzeichnis"), Some(LeftOutKind::Contents));
        assert_eq!(kind("विषय सूची"), Some(LeftOutKind::Contents));
        assert_eq!(kind("Sachregister"), Some(LeftOutKind::Index));
        assert_eq!(kind("Uncopyright"), Some(LeftOutKind::Copyright));
        assert_eq!(kind("Notes from Underground"), None);
        assert_eq!(kind("Preface"), None);
        // A chapter of a manual, more often than not.
        assert_eq!(kind("License"), None);
        assert_eq!(kind(""), None);
    }
}
