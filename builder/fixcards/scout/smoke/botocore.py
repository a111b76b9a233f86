import botocore.session
from botocore.stub import Stubber

session = botocore.session.get_session()
client = session.create_client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
with Stubber(client) as stub:
    stub.add_response("list_buckets", {"Buckets": []})
    assert client.list_buckets()["Buckets"] == []
assert "AWSAccessKeyId" in client.generate_presigned_url("get_object", Params={"Bucket": "a", "Key": "b"}) or (
    "X-Amz-Signature" in client.generate_presigned_url("get_object", Params={"Bucket": "a", "Key": "b"})
)
