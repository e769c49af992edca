//! What a route takes, and where it stands.

use crate::options::Served;
use axum::{
    Router,
    handler::Handler,
    http::{StatusCode, header::ALLOW},
    routing::{self, MethodRouter},
};

/// The methods of a route; `OPTIONS` says them.
pub(crate) struct Methods {
    router: MethodRouter<Served>,
    allow: &'static str,
}

/// A route that is read, by `GET` and `HEAD`. `HEAD` is answered by the same handler, and its body
/// is left out: the handler makes nothing, or looks at the method.
pub(crate) fn get<H, T>(handler: H) -> Methods
where
    H: Handler<T, Served>,
    T: 'static,
{
    Methods {
        router: routing::get(handler),
        allow: "GET,HEAD,OPTIONS",
    }
}

/// A route that is posted to.
pub(crate) fn post<H, T>(handler: H) -> Methods
where
    H: Handler<T, Served>,
    T: 'static,
{
    Methods {
        router: routing::post(handler),
        allow: "POST,OPTIONS",
    }
}

impl Methods {
    /// Answers `HEAD` by another handler, since that of `GET` makes something.
    pub(crate) fn head<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, Served>,
        T: 'static,
    {
        Self {
            router: self.router.head(handler),
            ..self
        }
    }

    /// What is read may be posted too.
    pub(crate) fn and_post<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, Served>,
        T: 'static,
    {
        Self {
            router: self.router.post(handler),
            allow: "GET,HEAD,POST,OPTIONS",
        }
    }

    /// Answers every method that the route does not take.
    pub(crate) fn otherwise<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, Served>,
        T: 'static,
    {
        Self {
            router: self.router.fallback(handler),
            ..self
        }
    }

    /// What is read may be deleted too.
    pub(crate) fn delete<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, Served>,
        T: 'static,
    {
        Self {
            router: self.router.delete(handler),
            allow: "GET,HEAD,DELETE,OPTIONS",
        }
    }
}

/// Where routes are added.
pub(crate) trait At {
    /// Adds a route. One slash behind its path means nothing: people and their tools add it.
    fn at(self, path: &str, methods: Methods) -> Self;
}

impl At for Router<Served> {
    fn at(self, path: &str, methods: Methods) -> Self {
        let Methods { router, allow } = methods;
        let router = router.options(async move || (StatusCode::NO_CONTENT, [(ALLOW, allow)]));
        self.route(&format!("{path}/"), router.clone()).route(path, router)
    }
}
