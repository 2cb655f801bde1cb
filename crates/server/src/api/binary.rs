//! Bytes, as the document names them.

use utoipa::ToSchema;

/// Bytes as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes bodies")]
pub(crate) struct Binary(Vec<u8>);
