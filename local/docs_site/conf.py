"""Settings of Sphinx, which executes this file. No page asks another host for anything.

In November 2026, MkDocs had had no release for two years, Material for MkDocs had reached the end
of its support, and Zensical was an alpha that does not report a page outside the navigation.
"""

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

from local.docs_site.links import Kind, find_target, repository_address
from local.docs_site.stage import ROOT, folders, pages
from shared.version import VERSION

project = "Lapsewatch"
version = release = VERSION
html_title = f"Lapsewatch {VERSION}"
extensions = ["myst_parser"]
root_doc = "index"
language = "en"
myst_heading_anchors = 6
# What GitHub does not know stays text; a fence in braces makes the navigation.
myst_disable_syntax = ["myst_block_break", "myst_line_comment", "myst_role", "myst_target"]
html_theme = "furo"
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_use_index = False
html_extra_path = [str(folders(ROOT / "build").files)]

log = logging.getLogger(__name__)
NAMES = pages()
SOURCES = {name: path for path, name in NAMES.items()}


def link(app: Any, tree: nodes.document) -> None:  # noqa: ANN401  (Sphinx has no types here)
    """Lead the links of a page that are no pages for MyST to where they belong."""
    name = app.env.current_document.docname
    written = [
        node
        for kind in (addnodes.pending_xref, addnodes.download_reference)
        for node in tree.findall(kind)
        if node.get("reftype") == "myst" and not node.get("refdomain")
    ]
    for node in written:
        target = find_target(node["reftarget"], SOURCES[name], NAMES, ROOT)
        match target.kind:
            case Kind.PAGE:
                page = addnodes.pending_xref(
                    "",
                    *node.children,
                    refdomain="doc",
                    refdoc=name,
                    reftype="myst",
                    reftarget=target.name,
                    reftargetid=target.anchor or None,
                    refexplicit=True,
                )
                page.source, page.line = node.source, node.line
                node.replace_self(page)
            case Kind.FILE:
                up = "../" * name.count("/")
                file = f"{up}{target.name.removeprefix('docs/')}"
                node.replace_self(nodes.reference("", "", *node.children, refuri=file))
            case Kind.REPOSITORY if app.config.repository:
                address = repository_address(
                    target, app.config.repository, app.config.repository_ref, ROOT
                )
                node.replace_self(nodes.reference("", "", *node.children, refuri=address))
            case Kind.REPOSITORY:
                path = [nodes.Text(" ("), nodes.literal("", target.name), nodes.Text(")")]
                node.replace_self([*node.children, *(() if target.name in node.astext() else path)])
            case Kind.NOTHING:
                log.warning("the link leads to nothing: %s", node["reftarget"], location=node)


def setup(app: Any) -> None:  # noqa: ANN401  (the same)
    """Register the links and the address of the repository."""
    app.add_config_value("repository", "", "env", str)
    app.add_config_value("repository_ref", "main", "env", str)
    app.connect("doctree-read", link, priority=100)
