-- A database for each service, each with an owner that cannot reach the other.
CREATE ROLE inventory LOGIN PASSWORD 'example';
CREATE DATABASE inventory OWNER inventory;
REVOKE CONNECT ON DATABASE inventory FROM PUBLIC;

CREATE ROLE catalogue LOGIN PASSWORD 'example';
CREATE DATABASE catalogue OWNER catalogue;
REVOKE CONNECT ON DATABASE catalogue FROM PUBLIC;
