"""Our scripts and styles: minified, and published at addresses that change with their content.

They are plain ES modules and CSS that run as they are. The extra `publish` installs a minifier; without it the site
serves them unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from fixcards.cache import digest
from fixcards.matching import js_tables
from fixcards.mkdocs_plugin import icons, script_bundle, stylesheet

try:
    import minify
except ImportError:
    minify = None

OUR_PREFIXES = (
    *("assets/asked.js", "assets/card.js", "assets/copy.js", "assets/file-notice.js", "assets/fixcards."),
    *("assets/lists.js", "assets/search/", "assets/share.js", stylesheet.PATH),
)
ENGINE_FIELDS = """
alias allFrames announced answer certain comparable coverage doubtful entriesOf entryFile exceptions
failure foreignFrames framesAlone frequency gaps goesOn hasSource inOwnCode informative innermost isExceptionLine
isNewer isStatement lastWord leads listed longText makeIndex messageLines namedPackages namesPackage nearness
normalForm normalized number origins otherNames ownCalls ownCode packages points postings prepare
prepareEntries printed proof prose ranges raw relation releases repeatsException sameException sameNames similarity
sources specificity tokens truncated typed unmetRequirement usedPackages userFrames usesPackage words written wrongValue
"""
"""Fields of objects that only the engine of the search makes and reads; none of these words stands in a text of it."""
BUNDLES = {"assets/search/page.js": (), "assets/search/worker.js": tuple(ENGINE_FIELDS.split())}
"""Scripts that are published as one file each, with the modules behind it, and the fields that get short names."""
MEDIA_TYPES = {".css": "text/css", ".js": "application/javascript"}


class Asset(Protocol):
    """The part of MkDocs' `File` that is used here: the path that templates use, and the text."""

    src_uri: str
    content_string: str


def publish(files: Files, config: MkDocsConfig) -> dict[str, str]:
    """Minify our files, add the style sheet of our pages and give each its address; return the addresses by path."""
    for part in join_modules(files):
        files.remove(part)
    minify_assets(files)
    styles = {file.src_uri: file.content_string for file in files if file.src_uri.endswith(".css")}
    styles[stylesheet.PATH] = stylesheet.prune_theme(styles, configured(config))
    of_theme = {path: text for path, text in styles.items() if path.startswith(stylesheet.THEME_PATHS)}
    moved, pictures = icons.move_icons(of_theme)
    for path, text in {**moved, **pictures}.items():
        if (file := files.get_file_from_path(path)) is None:
            files.append(File.generated(config, path, content=text))
        elif file.content_string != text:
            file.content_string = text
    urls = addresses(files)
    for path, url in urls.items():
        file = files.src_uris[path]
        files.remove(file)
        files.append(File.generated(config, url, content=file.content_string))
    return urls


def configured(config: MkDocsConfig) -> set[str]:
    """Return the names of the features, plugins, extras and colours of a site."""
    palette = config.theme.get("palette") or []
    options = [palette] if isinstance(palette, dict) else palette
    colours = {str(option[part]) for option in options for part in ("primary", "accent") if part in option}
    plugins = {name.rpartition("/")[2] for name in config.plugins}
    return colours | plugins | {*config.theme.get("features", [])} | {*config.extra}


def join_modules(files: Iterable[File]) -> list[File]:
    """Join the modules of the search into two scripts; return the files that they replace.

    The constants that are numbers stand where they are used: each weighs two bytes more with a name in a list. Without
    the minifier it would save nothing, so the modules are left as they are.
    """
    scripts = {file.src_uri: file for file in filter(_is_our_asset, files) if file.src_uri.endswith(".js")}
    modules = {path: file.content_string for path, file in scripts.items()}
    parts = []
    for path, fields in BUNDLES.items() if minify else ():
        if path in scripts:
            parts += script_bundle.parts(path, modules)
            scripts[path].content_string = script_bundle.join(path, modules, fields, js_tables.numbers())
    return [scripts[path] for path in parts]


def minify_assets(files: Iterable[Asset]) -> None:
    """Minify those of `files` that are ours, including files of the site's author at the same paths."""
    for file in filter(_is_our_asset, files):
        file.content_string = minified(file.src_uri, file.content_string)


def minified(path: str, text: str) -> str:
    """Return the text of a script or style as the site serves it."""
    return text if minify is None else str(minify.string(_media_type(path), text))


def addresses(files: Iterable[Asset]) -> dict[str, str]:
    """Return the address of each file of ours by its path.

    A digest of the content is in the address, so a browser never combines a page with a cached file of another
    version. A style sheet has it in its name. Scripts have it in the name of one folder for all, because they import
    one another by relative path.
    """
    contents = {file.src_uri: file.content_string for file in filter(_is_our_asset, files)}
    scripts = sorted(path for path in contents if path.endswith(".js"))
    folder = f"assets/scripts.{_digest(*(part for path in scripts for part in (path, contents[path])))}"
    return {
        path: path.replace("assets", folder, 1) if path in scripts else f"{path[:-4]}.{_digest(content)}.css"
        for path, content in contents.items()
    }


def _digest(*parts: str) -> str:
    """Return a digest with as many digits as the theme's own files have in their names."""
    return digest(*(part.encode() for part in parts)).hex()[:8]


def _is_our_asset(file: Asset) -> bool:
    return file.src_uri.startswith(OUR_PREFIXES) and _media_type(file.src_uri) is not None


def _media_type(path: str) -> str | None:
    return next((kind for suffix, kind in MEDIA_TYPES.items() if path.endswith(suffix)), None)
