import boto3
from botocore.stub import Stubber

client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
with Stubber(client) as stub:
    stub.add_response("list_queues", {"QueueUrls": ["u"]})
    assert client.list_queues()["QueueUrls"] == ["u"]
