using System.Text;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Core.Tests.Model;

public sealed class PayloadTests
{
    private static readonly Payload Known = new(Encoding.UTF8.GetBytes("s3cret"));

    [Theory]
    [InlineData("a", 1, null)]
    [InlineData("A-b_c.9", 511_999, null)]
    [InlineData("a", 512_000, "secret data must be larger than 0 and less than 512000 bytes")]
    [InlineData("a", 0, "secret data must be larger than 0")]
    [InlineData("", 1, "invalid name ''")]
    [InlineData(".a", 1, "the start and end character must be [a-zA-Z0-9]")]
    [InlineData("a b", 1, "only 64 [a-zA-Z0-9-_.] characters allowed")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123456", 1, "only 64")]
    public void Secret_IsRefused_ForItsNameAndSize(string name, int size, string? reason) =>
        Check(SpecValidation.Check(new SecretSpec { Name = name, Data = new(new byte[size]) }), reason);

    [Theory]
    [InlineData(1_023_999, null)]
    [InlineData(1_024_000, "config data must be larger than 0 and less than 1024000 bytes")]
    public void Config_MayBeTwiceAsLarge(int size, string? reason) =>
        Check(SpecValidation.Check(new ConfigSpec { Name = "c", Data = new(new byte[size]) }), reason);

    [Theory]
    [InlineData("mode {{.Task.Slot}} {{env \"A\"}} {{secret \"key\"}} {{config \"c\"}}", null)]
    [InlineData("topsecret {{.Node.Colour}}", "{{.Node.Colour}} is not known. Known are .Service.ID")]
    [InlineData("topsecret {{nothing \"key\"}}", "secret \"FILE\"")]
    [InlineData("topsecret {{.Task.Slot", "'the secret': a placeholder is not closed")]
    public void Template_IsChecked_WithoutShowingThePayload(string text, string? problem)
    {
        var found = SpecValidation.Check(new SecretSpec { Name = "a", Data = new(System.Text.Encoding.UTF8.GetBytes(text)), Templating = new() { Name = "golang" } });
        if (problem is null)
            Assert.Empty(found);
        else
            Assert.Contains(problem, Assert.Single(found).Message);
        Assert.DoesNotContain(found, one => one.Message.Contains("topsecret", StringComparison.Ordinal));
    }

    [Fact]
    public void DriversAndTemplates_AreRefused_AsNotSupported()
    {
        var driver = new PayloadDriver { Name = "vault" };
        Assert.True(Assert.Single(SpecValidation.Check(new SecretSpec { Name = "a", Driver = driver })).Unsupported);
        Assert.True(Assert.Single(SpecValidation.Check(new SecretSpec { Name = "a", Data = Known, Templating = driver })).Unsupported);
        Assert.True(Assert.Single(SpecValidation.Check(new ConfigSpec { Name = "a", Data = Known, Templating = driver })).Unsupported);
    }

    [Fact]
    public void NoText_ShowsAPayload()
    {
        var secret = new Secret { Id = "1", Spec = new() { Name = "a", Data = Known }, Data = Known };
        Assert.Contains("6 bytes", secret.ToString());
        Assert.DoesNotContain("s3cret", secret.ToString());
        Assert.DoesNotContain("\"Data\"", ApiJson.Write(secret with { Spec = new() { Name = "a" } }));
    }

    [Fact]
    public void Payload_IsBase64InJson_AndComparesByContent()
    {
        var spec = ApiJson.Read<SecretSpec>("""{"Name":"a","Data":"czNjcmV0"}""");
        Assert.Equal(new SecretSpec { Name = "a", Data = new(Encoding.UTF8.GetBytes("s3cret")) }, spec);
        Assert.NotEqual(Known, new Payload(Encoding.UTF8.GetBytes("s3creT")));
        Assert.NotEqual(Known, new Payload([]));
        Assert.Equal("""{"Name":"a","Data":"czNjcmV0"}""", ApiJson.Write(spec));
    }

    [Theory]
    [InlineData("""{"Data":"s3cret!"}""")]
    [InlineData("""{"Data":["s3cret"]}""")]
    [InlineData("""{"Data":{"x":"s3cret"}}""")]
    public void WhatIsNoBase64_IsRefused_Unshown(string json) =>
        Assert.DoesNotContain("s3cret", Assert.ThrowsAny<JsonException>(() => ApiJson.Read<SecretSpec>(json)).ToString());

    private static void Check(IReadOnlyList<SpecProblem> problems, string? reason)
    {
        if (reason is null)
            Assert.Empty(problems);
        else
            Assert.Contains(reason, Assert.Single(problems).ToString());
    }
}
