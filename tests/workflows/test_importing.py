"""A file of units changes the territory wholly or not at all, and only by the hand of whoever holds all of it."""

import pytest

from app.domain.access.values import Role
from app.domain.territory import queries as territory
from app.foundation.errors import NotFound
from app.workflows import importing
from tests import world

FILE = """code,parent_code,country,level,name,name_latin
CZ-O6115,CZ-K3107,CZ,centre,Žďár nad Sázavou,Žďár nad Sázavou
700000,CZ-P61151,CZ,municipality,Nová Ves,Nová Ves
""".encode()


def admin(unit: str | None):
    return world.act_as(world.person("admin@example.org", roles=((Role.ADMIN, unit),)))


def test_a_look_changes_nothing_and_the_import_does_what_it_said(land):
    looked = importing.import_territory(admin(None), FILE, is_dry=True)
    assert (looked.is_done, [row.code for row in looked.difference.added]) == (False, ["700000"])
    assert territory.find_unit("700000") is None
    done = importing.import_territory(world.act_as("admin@example.org"), FILE, is_dry=False)
    assert done.is_done
    assert territory.get_unit("700000").path.startswith(territory.get_unit("CZ-O6115").path)


def test_a_broken_line_changes_nothing(land):
    broken = FILE + b"700001,NOWHERE,CZ,municipality,Ves,Ves\n"
    done = importing.import_territory(admin(None), broken, is_dry=False)
    assert not done.is_done
    assert [finding.line for finding in done.findings if finding.is_error] == [4]
    assert territory.find_unit("700000") is None


@pytest.mark.parametrize("is_dry", [True, False])
def test_an_administrator_of_a_region_imports_nothing(land, is_dry):
    with pytest.raises(NotFound):
        importing.import_territory(admin("CZ-K3107"), FILE, is_dry=is_dry)
    assert territory.find_unit("700000") is None
