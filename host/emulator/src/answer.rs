//! What the emulator sends back.

use serde_json::{Value, json};

/// The content of an answer.
pub enum Content {
    Bytes(Vec<u8>),
    /// That many made-up bytes, never held in memory at once.
    Blob(u64),
}

/// An answer before it meets the network.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub content: Content,
}

impl Answer {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), content: Content::Bytes(Vec::new()) }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, "application/json;charset=UTF-8", body.to_string().into_bytes())
    }

    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::bytes(status, "text/html;charset=UTF-8", body.into().into_bytes())
    }

    pub fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), content: Content::Bytes(body) }.with("content-type", content_type)
    }

    pub fn redirect(to: &str) -> Self {
        Self::empty(302).with("location", to)
    }

    /// An API error: `{"code","message"}`.
    pub fn error(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self::json(status, &json!({"code": code, "message": message.into()}))
    }

    /// Code 300 with the list of fields.
    pub fn invalid(field: &str, message: &str) -> Self {
        let errors = [json!({"field": field, "message": message})];
        Self::json(400, &json!({"code": 300, "message": "Validation Failed.", "errors": errors}))
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same API error with its message in Spanish, as an account of that language gets it. Status and code stay.
    pub fn in_spanish(mut self) -> Self {
        let Content::Bytes(bytes) = &self.content else {
            return self;
        };
        let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else {
            return self;
        };
        let Some(text) = body.get("code").and_then(Value::as_i64).and_then(spanish) else {
            return self;
        };
        if let Some(message) = body.get_mut("message") {
            *message = text.into();
            self.content = Content::Bytes(body.to_string().into_bytes());
        }
        self
    }
}

fn spanish(code: i64) -> Option<&'static str> {
    Some(match code {
        124 => "El token de acceso no es válido.",
        200 => "No tiene permisos suficientes.",
        300 => "La validación no se ha superado.",
        403 => "El usuario no ha permitido el acceso al recurso.",
        429 => "Ha alcanzado el límite de solicitudes.",
        1001 => "El usuario no existe.",
        3001 => "La reunión no existe.",
        3301 => "La grabación no existe.",
        _ => return None,
    })
}
