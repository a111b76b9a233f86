// Whether the address asks something. It runs before anything is drawn, so that nothing moves when the answer comes.

if (new URLSearchParams(location.search).get("q")) document.documentElement.classList.add("fc-asked");
