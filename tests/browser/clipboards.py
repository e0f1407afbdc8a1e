"""What programs put on the clipboard as HTML, written after what they are known to write; and what should become of it."""

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40"><head><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style></head>
<body lang=EN-US style='tab-interval:36.0pt'><!--StartFragment-->
<h1 style='mso-list:none'><span style='color:#2F5496'>A report<o:p></o:p></span></h1>
<p class=MsoNormal><span lang=EN-US>Llama <b style='mso-bidi-font-weight:normal'>4 Scout</b> is <i>very</i> new,
<span style='mso-spacerun:yes'>  </span>see <a href="https://ai.meta.com/blog/?utm_source=word&amp;id=7">the
post</a>.<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>First<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>Inner<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>
</span></span><![endif]>Second<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.<span> </span></span>One</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.<span> </span></span>Two</p>
<table class=MsoTableGrid border=1><tr><td width=100><p class=MsoNormal><b>Model</b></p></td><td><p class=MsoNormal>Window</p></td></tr>
<tr><td><p class=MsoNormal>Scout</p></td><td><p class=MsoNormal>10M | tokens</p></td></tr></table>
<!--EndFragment--></body></html>"""
FROM_WORD = """## A report

Llama **4 Scout** is *very* new, see [the post](https://ai.meta.com/blog/?id=7).

- First
  - Inner
- Second

1. One
2. Two

| **Model** | Window |
| --- | --- |
| Scout | 10M \\| tokens |"""

GOOGLE_DOCS = """<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1b2c">
<h2 dir="ltr" style="line-height:1.38;"><span style="font-size:16pt;font-weight:400;">What is new</span></h2>
<p dir="ltr" style="line-height:1.38;"><span style="font-weight:400;font-style:normal;white-space:pre-wrap;">It is </span><span
style="font-weight:700;font-style:normal;">open</span><span style="font-weight:700;font-style:italic;"> weight</span><span
style="font-weight:400;">, says </span><a href="https://www.google.com/url?q=https://example.org/a%3Fx%3D1&amp;sa=D" style="text-decoration:none;"><span
style="font-weight:400;text-decoration:underline;">a page</span></a><span style="font-weight:400;">.</span></p><br>
<ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;font-weight:400;"><p dir="ltr" role="presentation"><span
style="font-weight:400;">One</span></p></li><ul><li dir="ltr"><p dir="ltr" role="presentation"><span>Inner</span></p></li></ul><li
dir="ltr"><p dir="ltr" role="presentation"><span style="text-decoration:line-through;">Two</span></p></li></ul></b>"""
FROM_GOOGLE_DOCS = """## What is new

It is **open** ***weight***, says [a page](https://example.org/a?x=1).

- One
  - Inner
- ~~Two~~"""

WEB_PAGE = """<html><body><!--StartFragment--><article class="post"><style>.x{color:red}</style><script>track()</script>
<h3 id="a">Setting <em>it</em> up</h3><h4>Inside</h4><p>Run <code>pip install `x`</code> and<br>press <kbd>Enter</kbd>.
Costs 5 * 3 [sic], see snake_case and _this_.</p><blockquote><p>Quoted</p><p>twice</p></blockquote>
<pre><code class="language-py">def f():
    return 1
</code></pre><ol start="3"><li><p>Three</p><pre>code</pre></li><li>Four<ul><li>a</li></ul></li></ol>
<p><a href="/models/">ours</a> <a href="#x">anchor</a> <a href="javascript:alert(1)">bad</a> <a href="https://x.example/?fbclid=1&utm_campaign=2">https://x.example/</a></p>
<img src="https://tracker.example/pixel.gif" alt="pixel"><img src="data:image/gif;base64,R0" alt="data">
<hr><p hidden>not this</p><p style="display: none">nor this</p><p>1. not a list</p><p># not a heading</p><p>{{ not.a_fact }} &amp;amp;</p>
<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td><b>2</b></td></tr></tbody></table>
</article><!--EndFragment--></body></html>"""
FROM_WEB_PAGE = """## Setting it up

### Inside

Run ``` pip install `x` ``` and\\
press `Enter`. Costs 5 \\* 3 \\[sic\\], see snake_case and \\_this\\_.

> Quoted
>
> twice

```
def f():
    return 1
```

3. Three

   ```
   code
   ```
4. Four
   - a

[ours](/models/) anchor bad <https://x.example/>

---

1\\. not a list

\\# not a heading

\\{{ not.a_fact }} \\&amp;

| A | B |
| --- | --- |
| 1 | **2** |""".replace("``` pip install `x` ```", "`` pip install `x` ``")

# Each would set `window.hit` if any of it ran, or leave a live construct if it passed.
HOSTILE = [
    "<b>a</b><img src=x onerror='window.hit=1'>",
    "<b>a</b><script>window.hit=1</script>",
    "<b>a</b><svg onload='window.hit=1'><animate onbegin='window.hit=1'></svg>",
    "<b>a</b><iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<b>a</b><style>@import '//evil.example/x.css'; b{background:url(//evil.example/y)}</style>",
    "<b>a</b><link rel=stylesheet href='//evil.example/x.css'><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<a href='javascript:window.hit=1'>a</a>",
    "<a href=' java\nscript:window.hit=1'>a</a>",
    "<a href='data:text/html,<script>parent.hit=1</script>'>a</a>",
    "<a href='//evil.example/'>a</a><a href='/\\evil.example'>b</a>",
    "<b>&lt;script&gt;window.hit=1&lt;/script&gt;</b>",
    "<b>[x](javascript:window.hit=1)</b>",
    "<b>![x](//evil.example/x.png)</b>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.hit=1&gt;'>",
    "<template><b>a</b><script>window.hit=1</script></template><i>x</i>",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'></noscript><i>x</i>",
    "<b style='background:url(//evil.example/z)'>a</b><video src='//evil.example/v' onerror='window.hit=1'></video>",
    "<details open ontoggle='window.hit=1'><b>a</b></details><object data='//evil.example/o'></object>",
    "<b>" * 5_000 + "a",
    "<ul><li>" * 2_000 + "a",
    "<table><tr><td>" * 1_000 + "<b>a",
]
