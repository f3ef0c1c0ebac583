"""Latin letters for Cyrillic ones, in texts and in HTML."""

import pytest

from app.formats.serbian import html_to_latin, to_latin


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Љубав, Његош, Џеп", "Ljubav, Njegoš, Džep"),
        ("ЉУБАВ, ЊЕГОШ, ЏЕП, КОЊ", "LJUBAV, NJEGOŠ, DŽEP, KONJ"),
        ("ђак, ћуприја, чаша, шума, жаба, хлеб", "đak, ćuprija, čaša, šuma, žaba, hleb"),
        ("закон бр. 18/2016, CSV и RS-APV", "zakon br. 18/2016, CSV i RS-APV"),
        ("https://пример.срб/ћ и ђ@пример.срб, ћ", "https://пример.срб/ћ i ђ@пример.срб, ć"),
        ("", ""),
    ],
)
def test_texts(cyrillic, latin):
    assert to_latin(cyrillic) == latin


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("<p>Ћао <code>ћао</code> ћао</p>", "<p>Ćao <code>ћао</code> ćao</p>"),
        ("<pre><code>ћ</code></pre>ћ", "<pre><code>ћ</code></pre>ć"),
        ('<a href="#увод" title="Увод">увод</a>', '<a href="#увод" title="Uvod">uvod</a>'),
        ('<h2 id="p--увод">Увод</h2>', '<h2 id="p--увод">Uvod</h2>'),
        (
            '<img src="/media/х.png" alt="Сл &amp; &quot;ика&quot;">',
            '<img src="/media/х.png" alt="Sl &amp; &quot;ika&quot;">',
        ),
        ("а &lt;б&gt; &amp; &nbsp;ц<br>д", "a &lt;b&gt; &amp; &nbsp;c<br>d"),
        ("<p>недовршен ", "<p>nedovršen "),
    ],
)
def test_html(cyrillic, latin):
    assert html_to_latin(cyrillic) == latin
