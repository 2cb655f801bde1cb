//! Kinds of part of a book.

use audiotome_core::LeftOutKind;
use clap::ValueEnum;

/// Kinds of part that are left out, and those that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Cover,
    TitlePage,
    Copyright,
    Contents,
    Index,
    Bibliography,
    Notes,
    NonLinear,
    Boilerplate,
    Dedication,
    Epigraph,
    Foreword,
    Preface,
    Introduction,
    Acknowledgements,
    Afterword,
    Appendix,
    Glossary,
    #[value(alias = "frontmatter")]
    FrontMatter,
    #[value(alias = "backmatter")]
    BackMatter,
    Headings,
    Tables,
    Code,
    Captions,
}

impl From<Part> for LeftOutKind {
    fn from(part: Part) -> Self {
        match part {
            Part::Cover => Self::Cover,
            Part::TitlePage => Self::TitlePage,
            Part::Copyright => Self::Copyright,
            Part::Contents => Self::Contents,
            Part::Index => Self::Index,
            Part::Bibliography => Self::Bibliography,
            Part::Notes => Self::Notes,
            Part::NonLinear => Self::NonLinear,
            Part::Boilerplate => Self::Boilerplate,
            Part::Dedication => Self::Dedication,
            Part::Epigraph => Self::Epigraph,
            Part::Foreword => Self::Foreword,
            Part::Preface => Self::Preface,
            Part::Introduction => Self::Introduction,
            Part::Acknowledgements => Self::Acknowledgements,
            Part::Afterword => Self::Afterword,
            Part::Appendix => Self::Appendix,
            Part::Glossary => Self::Glossary,
            Part::FrontMatter => Self::FrontMatter,
            Part::BackMatter => Self::BackMatter,
            Part::Headings => Self::Headings,
            Part::Tables => Self::Tables,
            Part::Code => Self::Code,
            Part::Captions => Self::Captions,
        }
    }
}
