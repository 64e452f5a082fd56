//! What the emulator sends back.

use serde_json::{Value, json};

/// The content of an answer.
pub enum Content {
    Bytes(Vec<u8>),
    /// Bytes of a made-up file from one place to another, never held in memory at once.
    Blob {
        from: u64,
        to: u64,
        version: u8,
    },
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

    /// After a form: the browser goes on with a GET and does not send the form along.
    pub fn see_other(to: &str) -> Self {
        Self::empty(303).with("location", to)
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

    /// The same API error with its message in the account's language. Status and code stay.
    pub fn localised(mut self, language: &str) -> Self {
        let Content::Bytes(bytes) = &self.content else {
            return self;
        };
        let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else {
            return self;
        };
        let Some(text) = body.get("code").and_then(Value::as_i64).and_then(|code| translated(language, code)) else {
            return self;
        };
        if let Some(message) = body.get_mut("message") {
            *message = text.into();
            self.content = Content::Bytes(body.to_string().into_bytes());
        }
        self
    }
}

/// Spanish and Russian; the words are examples, their point is not to be English.
fn translated(language: &str, code: i64) -> Option<&'static str> {
    let (es, ru) = match code {
        124 => ("El token de acceso no es válido.", "Недопустимый маркер доступа."),
        200 => ("No tiene permisos suficientes.", "Недостаточно прав."),
        300 => ("La validación no se ha superado.", "Проверка не пройдена."),
        403 => ("El usuario no ha permitido el acceso al recurso.", "Пользователь не разрешил доступ к ресурсу."),
        429 => ("Ha alcanzado el límite de solicitudes.", "Достигнуто предельное число запросов."),
        1001 => ("El usuario no existe.", "Пользователь не существует."),
        2300 => ("No se reconoce este punto de conexión.", "Эта конечная точка API не распознана."),
        3001 => ("La reunión no existe.", "Конференция не существует."),
        3301 => ("La grabación no existe.", "Запись не существует."),
        4711 => ("El token de acceso no contiene los ámbitos.", "Маркер доступа не содержит областей действия."),
        _ => return None,
    };
    match language {
        "es" => Some(es),
        "ru" => Some(ru),
        _ => None,
    }
}
