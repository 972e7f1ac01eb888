"""国家医保信息平台接口: hospitals' and pharmacies' systems talk to Gongji as they are."""
