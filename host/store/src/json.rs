//! JSON columns.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value kept as JSON text.
pub(crate) struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_string(&self.0) {
            Ok(text) => Ok(ToSqlOutput::from(text)),
            Err(cause) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(cause))),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Json).map_err(|cause| FromSqlError::Other(Box::new(cause)))
    }
}

/// The inside of an optional JSON column.
pub(crate) fn inner<T>(value: Option<Json<T>>) -> Option<T> {
    value.map(|Json(inner)| inner)
}
