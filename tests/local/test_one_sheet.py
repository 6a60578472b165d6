"""The page for library staff prints on one sheet; a longer one is refused."""

from pathlib import Path

import pytest

from local.docs_site.one_sheet import main


@pytest.mark.parametrize(
    ("lines", "status", "said"),
    [(10, 0, "prints on one sheet."), (45, 1, "prints on 2 sheets, expected one. Shorten it.")],
)
def test_sheets_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int, status: int, said: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><title>Page</title>" + "<p>One line.</p>" * lines)
    assert main([str(page)]) == status
    assert said in "".join(capsys.readouterr())


def test_missing_page_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "page.html")]) == 1
    assert "Run make docs first." in capsys.readouterr().err
