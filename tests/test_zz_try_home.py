import pytest, re, os
from clusters import DEMO_PASSWORD
@pytest.fixture(scope="module")
def database(demo_database): return demo_database
def test_probe(app):
    import time
    from sqlalchemy import event, Engine
    seen=[]
    event.listen(Engine,"before_cursor_execute",lambda *a: seen.append(a[2][:80]))
    for role in ("admin","manager","coordinator","doctor","nurse","caregiver","marketing","finance","inventory","auditor"):
        c = app.test_client(); c.sign_in(f"{role}@homecare.example", DEMO_PASSWORD)
        c.get("/admin/")
        seen.clear()
        t=time.time(); r=c.get("/admin/"); ms=(time.time()-t)*1000
        html=r.text
        print(role, r.status_code, round(ms), "ms", len(seen), "statements", len(r.data))
        if r.status_code!=200: print(html[:500])
        print("   ", re.findall(r'<strong>([^<]*)</strong><span>([^<]*)</span>', html), re.findall(r'<h2 id[^>]*>([^<]*)', html))
        for url,n in re.findall(r'class="figure[^"]*" href="([^"]*)"><strong>([^<]*)', html):
            l=c.get(url.replace("&amp;","&")); m=re.search(r'class="muted[^"]*">([^<]*)</p>', l.text)
            ok=l.status_code==200 and m and m[1]==n
            if not ok: print("DIFF",role,url,n,m and m[1], l.status_code)
def test_shots(page, live_server):
    os.makedirs("/tmp/shots-home", exist_ok=True)
    for role in ("admin",):
        page.context.clear_cookies()
        page.set_viewport_size({"width":1366,"height":900})
        page.goto("/login"); page.fill("[name=email]", f"{role}@homecare.example"); page.fill("[name=password]", DEMO_PASSWORD); page.click("button[type=submit]:visible"); page.goto("/admin/"); page.wait_for_load_state("networkidle")
        for scheme in ("light","dark"):
            page.emulate_media(color_scheme=scheme); page.wait_for_timeout(1500); page.screenshot(path=f"/tmp/shots-home/{role}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width":375,"height":800}); page.wait_for_timeout(1500); page.screenshot(path=f"/tmp/shots-home/{role}-375.png", full_page=True)
        print(role, page.evaluate("document.documentElement.scrollWidth"))
