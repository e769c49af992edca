//! The methods of a route, and the adding of routes.

use crate::options::Served;
use axum::{
    Router,
    handler::Handler,
    http::{StatusCode, header::ALLOW},
    routing::{self, MethodRouter},
};

/// The methods of a route. `OPTIONS` lists them.
#[derive(Clone)]
pub(crate) struct Methods {
    router: MethodRouter<Served>,
    allow: &'static str,
}

/// A route for `GET` and `HEAD`. The same handler answers `HEAD`, and its body is left out. So the
/// handler must change nothing, or must look at the method.
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

/// A route for `POST`.
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

/// A route for `DELETE`.
pub(crate) fn delete<H, T>(handler: H) -> Methods
where
    H: Handler<T, Served>,
    T: 'static,
{
    Methods {
        router: routing::delete(handler),
        allow: "DELETE,OPTIONS",
    }
}

impl Methods {
    /// What `OPTIONS` says.
    #[cfg(test)]
    pub(crate) fn allow(&self) -> &'static str {
        self.allow
    }

    /// Answers `HEAD` with another handler, if the handler of `GET` changes something.
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

    /// Adds `POST` to a route that can be read.
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

    /// Answers all other methods with this handler.
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

    /// Adds `DELETE` to a route that can be read.
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

/// A path, and what it takes.
pub(crate) type Route = (&'static str, Methods);

/// A router to which routes are added.
pub(crate) trait At: Sized {
    /// Adds routes.
    fn routes(self, routes: Vec<Route>) -> Self {
        routes
            .into_iter()
            .fold(self, |router, (path, methods)| router.at(path, methods))
    }

    /// Adds a route that networks or visitors call, also with a second slash before its path: a
    /// domain that ends with `/` stands before a path that begins so.
    fn called(self, path: &str, methods: Methods) -> Self {
        self.at(&format!("/{path}"), methods.clone()).at(path, methods)
    }

    /// Adds a route. One slash behind its path is ignored, since people and their tools add one. A
    /// path has no second spelling beyond that, since a proxy hides paths by how they begin.
    fn at(self, path: &str, methods: Methods) -> Self;
}

impl At for Router<Served> {
    fn at(self, path: &str, methods: Methods) -> Self {
        let Methods { router, allow } = methods;
        let router = router.options(async move || (StatusCode::NO_CONTENT, [(ALLOW, allow)]));
        self.route(&format!("{path}/"), router.clone()).route(path, router)
    }
}
