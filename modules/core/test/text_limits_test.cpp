// Text that would cost a library its stack or the machine its memory is refused before the library sees it.
#include <string>

#include <gtest/gtest.h>

#include <lineguard/core/config.h>
#include <lineguard/core/text_limits.h>

namespace lineguard {
namespace {

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

constexpr std::size_t kDeep = 100'000;

TEST(TomlLimits, DeepKeysTablesAndArraysAreRefused) {
  const std::string dotted = "a" + repeat(".a", kDeep);
  for (const std::string& text :
       {dotted + " = 1", "[" + dotted + "]", "[[" + dotted + "]]", "x = " + repeat("[", kDeep),
        "x = " + repeat("{ a = ", kDeep), "\"a\"" + repeat(".\"a\"", kDeep) + " = 1", "x = { " + dotted + " = 1 }",
        "a" + repeat(" . a", kDeep) + " = 1", "s = \"\\\"\"\n" + dotted + " = 1", "s = '''\n'''\n" + dotted + " = 1",
        "# \"\n" + dotted + " = 1", "s = 'x\n" + dotted + " = 1", "s = { t = \"\"\"x\"\"\"\", " + dotted + " = 1 }",
        "s = { t = \'\'\'x\'\'\'\'\', " + dotted + " = 1 }"}) {
    EXPECT_EQ(check_toml_limits(text).error().code, ErrorCode::too_large) << text.substr(0, 40);
    EXPECT_FALSE(ConfigReader::from_text(text, "deep.toml")) << text.substr(0, 40);
  }
}

TEST(TomlLimits, ConfigurationsPass) {
  EXPECT_TRUE(check_toml_limits("a.b.c = [1.5, 2.25]\n[x.y]\ntext = \"" + repeat(".[", kDeep) + "\" # " +
                                repeat(".{", kDeep) + "\nraw = '" + repeat("[.", kDeep) + "'\nlong = \"\"\"" +
                                repeat(".\n[", kDeep) + "\"\"\"\nt = 2026-11-30T12:00:00.5Z\n"));
  EXPECT_EQ(check_toml_limits("x = [" + repeat("1,", 500'000) + "]").error().code, ErrorCode::too_large);
  EXPECT_EQ(check_toml_limits("x = 1", {.bytes = 4, .depth = 1, .values = 9}).error().code, ErrorCode::too_large);
}

TEST(TomlLimits, ARefusalNamesTheFile) {
  const auto reader = ConfigReader::from_text("a" + repeat(".a", kDeep) + " = 1", "deep.toml");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().message, "deep.toml: the TOML has deeper nesting than the 16 levels allowed");
}

TEST(XmlLimits, DeepAndManyElementsAreRefused) {
  EXPECT_EQ(check_xml_limits(repeat("<a>", kDeep)).error().code, ErrorCode::too_large);
  EXPECT_EQ(check_xml_limits(repeat("<a b='>'>", kDeep)).error().code, ErrorCode::too_large);
  EXPECT_EQ(check_xml_limits("<!-- </a> -->" + repeat("<a><!-- </a> -->", kDeep)).error().code, ErrorCode::too_large);
  EXPECT_EQ(check_xml_limits(repeat("<a/>", 100), {.bytes = 1000, .depth = 4, .values = 99}).error().code,
            ErrorCode::too_large);
  EXPECT_EQ(
      check_xml_limits("<a " + repeat("b='' ", 100) + "/>", {.bytes = 1000, .depth = 4, .values = 99}).error().code,
      ErrorCode::too_large);
}

TEST(XmlLimits, EntitiesAndOtherEncodingsAreRefused) {
  EXPECT_EQ(check_xml_limits("<!DOCTYPE a [<!ENTITY x \"y\">]><a/>").error().code, ErrorCode::unsupported);
  EXPECT_EQ(check_xml_limits(std::string_view("\xff\xfe<\0a\0", 6)).error().code, ErrorCode::unsupported);
  EXPECT_TRUE(check_xml_limits("<!DOCTYPE annotation><a/>"));
}

TEST(XmlLimits, AnnotationsPass) {
  EXPECT_TRUE(check_xml_limits("<?xml version='1.0'?><a>" + repeat("<b c='<'><d/></b>", 10'000) + "<![CDATA[" +
                               repeat("<a>", kDeep) + "]]></a>"));
}

TEST(YamlLimits, DeepTextIsRefused) {
  std::string indented;
  for (std::size_t i = 0; i < 40; ++i) indented += std::string(i, ' ') + "a:\n";
  for (const std::string& text : {repeat("[", kDeep), repeat("{a: ", kDeep), repeat("- ", kDeep) + "a",
                                  repeat("? ", kDeep) + "a", indented, "x: \"\n" + repeat("[", kDeep)}) {
    EXPECT_EQ(check_yaml_limits(text).error().code, ErrorCode::too_large) << text.substr(0, 40);
  }
  EXPECT_EQ(check_yaml_limits(repeat("a\n", 500'000)).error().code, ErrorCode::too_large);
}

TEST(YamlLimits, ListsOfClassesPass) {
  EXPECT_TRUE(check_yaml_limits("train: ../images\nnc: 2\nnames: [dent, scratch]\n"));
  EXPECT_TRUE(check_yaml_limits("names:\n" + repeat("  - dent\n", 1000) + "roboflow:\n  project: \"[x]\"\n"));
  EXPECT_TRUE(check_yaml_limits(""));
}

}  // namespace
}  // namespace lineguard
