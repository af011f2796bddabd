using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Api;

/// <summary>What is no value of the model is refused as it is read, and everything that the model can have is written.</summary>
public sealed class ApiJsonTests
{
    [Fact]
    public void NullInAnyList_OfAnyType_IsRefused_NamingIt()
    {
        var seen = 0;
        foreach (var type in typeof(ServiceSpec).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && type.Namespace is "SwarmPS.Model" or "SwarmPS.Api"))
        {
            if (ApiJson.Serializer.ContractResolver.ResolveContract(type) is not JsonObjectContract contract)
                continue;
            foreach (var property in contract.Properties.Where(property => !property.Ignored && property.PropertyType is { IsGenericType: true }))
            {
                if (property.PropertyType!.GetGenericTypeDefinition() != typeof(ValueList<>))
                    continue;
                var json = $"{{\"{property.PropertyName}\":[null]}}";
                var refused = Assert.Throws<JsonSerializationException>(() => ApiJson.Serializer.Deserialize(new JsonTextReader(new StringReader(json)), type));
                Assert.Contains($"{property.PropertyName}[0] is null", refused.Message);
                seen++;
            }
        }
        Assert.True(seen > 25, $"{seen} lists were found");
    }

    [Fact]
    public void NullInPlaceOfALabelsValue_IsAnEmptyText() =>
        Assert.Equal("", Assert.Single(ApiJson.Read<ContainerSpec>("""{"Labels":{"a":null}}""").Labels!).Value);

    [Theory]
    [InlineData("""{"Aliases":["a",/* c */"b"]}""", 2)]
    [InlineData("""{"Aliases":[]}""", 0)]
    public void Lists_AreRead(string json, int count) => Assert.Equal(count, ApiJson.Read<NetworkAttachmentConfig>(json).Aliases!.Count);

    [Fact]
    public void References_AreNamesLikeAnyOther() =>
        Assert.Equal("1", Assert.Single(ApiJson.Read<ContainerSpec>("""{"Labels":{"$ref":"1"}}""").Labels!).Value);

    [Theory]
    [InlineData("""{"Mode":{}}""")]
    [InlineData("""{"Mode":["vip"]}""")]
    [InlineData("""{"Mode":0}""")]
    [InlineData("""{"Mode":"other"}""")]
    public void WhatIsNoWord_IsRefused_WithTheWords(string json) =>
        Assert.Contains("at Mode is none of: vip, dnsrr", Assert.Throws<JsonSerializationException>(() => ApiJson.Read<EndpointSpec>(json)).Message);

    [Fact]
    public void ValueThatIsNotDefined_IsWritten_AsUnknownOrItsNumber()
    {
        Assert.Equal("unknown", ApiEnumConverter.Word((NodeState)99));
        Assert.Equal("99", ApiEnumConverter.Word((TaskState)99));
        Assert.Contains("\"99\"", ApiJson.Write(new EndpointSpec { Mode = (EndpointMode)99 }));
    }

    [Fact]
    public void TextAfterTheValue_IsRefused() => Assert.Throws<JsonReaderException>(() => ApiJson.Read<EndpointSpec>("{} x"));

    [Theory]
    [InlineData("2262-01-01T00:00:01Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("1500-01-01T00:00:00Z")]
    public void TimeBeyondItsNanoseconds_IsRefused(string text) => Assert.False(Timestamp.TryParse(text, out _));

    [Fact]
    public void LongestDuration_IsWritten() => Assert.Contains("9223372036854775800", ApiJson.Write(new UpdateConfig { Delay = TimeSpan.MaxValue }));
}
