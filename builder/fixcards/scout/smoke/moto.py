import boto3
import moto

mock = getattr(moto, "mock_aws", None) or moto.mock_s3
with mock():
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    client.create_bucket(Bucket="bucket-a")
    client.put_object(Bucket="bucket-a", Key="k", Body=b"x")
    assert client.get_object(Bucket="bucket-a", Key="k")["Body"].read() == b"x"
