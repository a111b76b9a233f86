import django
from django.conf import settings

settings.configure(
    SECRET_KEY="key", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    REST_FRAMEWORK={"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []},
)
django.setup()
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView


class Item(serializers.Serializer):
    name = serializers.CharField(max_length=5)


class View(APIView):
    def post(self, request):
        item = Item(data=request.data)
        item.is_valid(raise_exception=True)
        return Response(item.data)


urlpatterns = []
response = View.as_view()(APIRequestFactory().post("/", {"name": "a"}, format="json"))
assert response.data == {"name": "a"}, response.data
