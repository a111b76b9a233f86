import django
from django.conf import settings

settings.configure(
    SECRET_KEY="key", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.core.management import call_command
from django.http import JsonResponse
from django.test import Client
from django.urls import path

urlpatterns = [path("a/<int:number>/", lambda request, number: JsonResponse({"number": number}))]
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User

User.objects.create_user("a", password="b")
assert User.objects.filter(username="a").count() == 1
assert Client().get("/a/3/").json() == {"number": 3}
